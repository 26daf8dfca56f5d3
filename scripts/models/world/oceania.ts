/**
 * Columns: country, capital, main language, currency, largest city (empty: the capital; "?": a
 * matter of counting, so never asked), other cities, some neighbours.
 */
export const oceania = `
Australia | Canberra | English | dollar | Sydney | Melbourne, Perth |
Fiji | Suva | Fijian | dollar | | Nadi |
Kiribati | South Tarawa | Gilbertese | dollar | ? | |
Marshall Islands | Majuro | Marshallese | dollar | | |
Micronesia | Palikir | English | dollar | ? | |
Nauru | Yaren | Nauruan | dollar | ? | |
New Zealand | Wellington | English | dollar | Auckland | Hamilton, Dunedin |
Palau | Ngerulmud | Palauan | dollar | Koror | |
Papua New Guinea | Port Moresby | Tok Pisin | kina | | Lae |
Samoa | Apia | Samoan | tala | | |
Solomon Islands | Honiara | English | dollar | | |
Tonga | Nuku'alofa | Tongan | paanga | | |
Tuvalu | Funafuti | Tuvaluan | dollar | | |
Vanuatu | Port Vila | Bislama | vatu | | |
`;
