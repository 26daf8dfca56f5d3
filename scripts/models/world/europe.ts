/**
 * Columns: country, capital, main language, currency, largest city (empty: the capital; "?": a
 * matter of counting, so never asked), other cities, some neighbours.
 */
export const europe = `
Albania | Tirana | Albanian | lek | | Vlore | Greece, Montenegro, North Macedonia
Andorra | Andorra la Vella | Catalan | euro | | | France, Spain
Austria | Vienna | German | euro | | Salzburg, Graz | Germany, Hungary, Italy, Slovenia, Czechia, Slovakia
Belarus | Minsk | Russian | ruble | | Brest, Gomel | Russia, Ukraine, Poland, Lithuania, Latvia
Belgium | Brussels | Dutch | euro | ? | Ghent, Bruges | France, Germany, Netherlands, Luxembourg
Bosnia and Herzegovina | Sarajevo | Bosnian | mark | | Mostar | Croatia, Serbia, Montenegro
Bulgaria | Sofia | Bulgarian | euro | | Varna, Plovdiv | Romania, Greece, Serbia, North Macedonia
Croatia | Zagreb | Croatian | euro | | Split, Zadar | Slovenia, Hungary, Serbia
Cyprus | Nicosia | Greek | euro | | Limassol, Paphos |
Czechia | Prague | Czech | koruna | | Brno, Ostrava | Germany, Poland, Slovakia
Denmark | Copenhagen | Danish | krone | | Aarhus, Odense | Germany
Estonia | Tallinn | Estonian | euro | | Tartu | Latvia, Russia
Finland | Helsinki | Finnish | euro | | Turku, Tampere | Sweden, Norway, Russia
France | Paris | French | euro | | Lyon, Marseille | Spain, Italy, Germany, Switzerland, Luxembourg
Germany | Berlin | German | euro | | Hamburg, Munich, Cologne | Poland, Netherlands, Switzerland, Luxembourg
Greece | Athens | Greek | euro | | Patras | North Macedonia
Hungary | Budapest | Hungarian | forint | | Szeged, Debrecen | Romania, Slovakia, Serbia, Ukraine
Iceland | Reykjavik | Icelandic | krona | | Akureyri |
Ireland | Dublin | English | euro | | Cork, Galway | United Kingdom
Italy | Rome | Italian | euro | | Milan, Naples, Turin | Switzerland, Slovenia
Latvia | Riga | Latvian | euro | | Liepaja | Lithuania, Russia
Liechtenstein | Vaduz | German | franc | ? | | Switzerland, Austria
Lithuania | Vilnius | Lithuanian | euro | | Kaunas | Poland
Luxembourg | Luxembourg | Luxembourgish | euro | | |
Malta | Valletta | Maltese | euro | ? | |
Moldova | Chisinau | Romanian | leu | | Balti | Romania, Ukraine
Monaco | Monaco | French | euro | ? | | France
Montenegro | Podgorica | Montenegrin | euro | | Kotor | Serbia, Croatia
Netherlands | Amsterdam | Dutch | euro | | Rotterdam, Utrecht |
North Macedonia | Skopje | Macedonian | denar | | Ohrid | Serbia
Norway | Oslo | Norwegian | krone | | Bergen, Trondheim | Sweden, Russia
Poland | Warsaw | Polish | zloty | | Krakow, Gdansk | Ukraine, Slovakia
Portugal | Lisbon | Portuguese | euro | | Porto, Coimbra | Spain
Romania | Bucharest | Romanian | leu | | Cluj | Serbia, Ukraine
Russia | Moscow | Russian | ruble | | Omsk, Kazan | Ukraine
San Marino | San Marino | Italian | euro | ? | | Italy
Serbia | Belgrade | Serbian | dinar | | Novi Sad |
Slovakia | Bratislava | Slovak | euro | | Kosice | Ukraine
Slovenia | Ljubljana | Slovene | euro | | Maribor | Hungary
Spain | Madrid | Spanish | euro | | Barcelona, Seville, Valencia | Morocco
Sweden | Stockholm | Swedish | krona | | Gothenburg, Uppsala |
Switzerland | Bern | German | franc | Zurich | Geneva, Basel | Austria
Ukraine | Kyiv | Ukrainian | hryvnia | | Odesa, Lviv |
United Kingdom | London | English | pound | | Manchester, Leeds |
Vatican City | Vatican City | Italian | euro | ? | | Italy
`;
