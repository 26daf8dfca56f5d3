/**
 * Columns: country, capital, main language, currency, largest city (empty: the capital; "?": a
 * matter of counting, so never asked), other cities, some neighbours.
 */
export const africa = `
Algeria | Algiers | Arabic | dinar | | Oran | Morocco, Tunisia, Libya, Niger, Mali, Mauritania
Angola | Luanda | Portuguese | kwanza | | Huambo | Namibia, Zambia, Congo, Democratic Republic of the Congo
Benin | Porto-Novo | French | franc | Cotonou | | Togo, Nigeria, Niger, Burkina Faso
Botswana | Gaborone | Tswana | pula | | Francistown | Namibia, South Africa, Zimbabwe, Zambia
Burkina Faso | Ouagadougou | French | franc | | | Mali, Niger, Ghana, Togo, Ivory Coast
Burundi | Gitega | Kirundi | franc | Bujumbura | | Rwanda, Tanzania, Democratic Republic of the Congo
Cameroon | Yaounde | French | franc | Douala | | Nigeria, Chad, Gabon, Congo, Equatorial Guinea
Cape Verde | Praia | Portuguese | escudo | | Mindelo |
Central African Republic | Bangui | Sango | franc | | | Chad, Sudan, South Sudan, Cameroon, Congo
Chad | N'Djamena | Arabic | franc | | Moundou | Libya, Sudan, Niger, Nigeria
Comoros | Moroni | Comorian | franc | | |
Congo | Brazzaville | French | franc | | | Gabon, Democratic Republic of the Congo
Democratic Republic of the Congo | Kinshasa | French | franc | | Lubumbashi, Goma | Rwanda, Uganda, Zambia, Tanzania
Djibouti | Djibouti | Somali | franc | ? | | Somalia, Ethiopia, Eritrea
Egypt | Cairo | Arabic | pound | | Alexandria, Luxor, Giza | Libya, Sudan, Israel
Equatorial Guinea | Malabo | Spanish | franc | ? | Bata | Gabon
Eritrea | Asmara | Tigrinya | nakfa | | Massawa | Ethiopia, Sudan
Eswatini | Mbabane | Swazi | lilangeni | ? | Manzini | South Africa, Mozambique
Ethiopia | Addis Ababa | Amharic | birr | | Gondar | Kenya, Sudan, Somalia, South Sudan
Gabon | Libreville | French | franc | | | Cameroon
Gambia | Banjul | English | dalasi | Serekunda | | Senegal
Ghana | Accra | English | cedi | | Kumasi | Togo, Ivory Coast
Guinea | Conakry | French | franc | | Kankan | Mali, Senegal, Liberia, Ivory Coast, Sierra Leone
Guinea-Bissau | Bissau | Portuguese | franc | | | Senegal, Guinea
Ivory Coast | Yamoussoukro | French | franc | Abidjan | | Mali, Liberia
Kenya | Nairobi | Swahili | shilling | | Mombasa, Kisumu | Uganda, Tanzania, Somalia, South Sudan
Lesotho | Maseru | Sotho | loti | | | South Africa
Liberia | Monrovia | English | dollar | | | Sierra Leone
Libya | Tripoli | Arabic | dinar | | Benghazi | Tunisia, Sudan, Niger
Madagascar | Antananarivo | Malagasy | ariary | | Toamasina |
Malawi | Lilongwe | Chewa | kwacha | | Blantyre | Mozambique, Zambia, Tanzania
Mali | Bamako | Bambara | franc | | Timbuktu | Niger, Senegal, Mauritania
Mauritania | Nouakchott | Arabic | ouguiya | | | Senegal
Mauritius | Port Louis | Creole | rupee | | |
Morocco | Rabat | Arabic | dirham | Casablanca | Fez, Marrakesh | Algeria
Mozambique | Maputo | Portuguese | metical | | Beira | Tanzania, Zimbabwe, South Africa
Namibia | Windhoek | English | dollar | | Swakopmund | South Africa, Zambia
Niger | Niamey | French | franc | | Agadez | Nigeria
Nigeria | Abuja | English | naira | Lagos | Kano, Ibadan | Chad
Rwanda | Kigali | Kinyarwanda | franc | | | Uganda, Tanzania
Sao Tome and Principe | Sao Tome | Portuguese | dobra | | |
Senegal | Dakar | French | franc | | Touba | Gambia
Seychelles | Victoria | Creole | rupee | | |
Sierra Leone | Freetown | English | leone | | Bo |
Somalia | Mogadishu | Somali | shilling | | Kismayo |
South Africa | Pretoria | Zulu | rand | Johannesburg | Durban, Cape Town | Zimbabwe
South Sudan | Juba | English | pound | | | Uganda, Sudan
Sudan | Khartoum | Arabic | pound | ? | Omdurman |
Tanzania | Dodoma | Swahili | shilling | Dar es Salaam | Arusha | Uganda, Zambia
Togo | Lome | French | franc | | Kara |
Tunisia | Tunis | Arabic | dinar | | Sfax |
Uganda | Kampala | English | shilling | | Entebbe, Jinja |
Zambia | Lusaka | English | kwacha | | Ndola | Zimbabwe
Zimbabwe | Harare | Shona | dollar | | Bulawayo |
`;
