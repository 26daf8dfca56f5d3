/**
 * Columns: country, capital, main language, currency, largest city (empty: the capital; "?": a
 * matter of counting, so never asked), other cities, some neighbours.
 */
export const asia = `
Afghanistan | Kabul | Dari | afghani | | Kandahar, Herat | Pakistan, Iran, Tajikistan, Uzbekistan, Turkmenistan
Armenia | Yerevan | Armenian | dram | | Gyumri | Georgia, Azerbaijan, Turkey, Iran
Azerbaijan | Baku | Azerbaijani | manat | | Ganja | Georgia, Iran, Russia
Bahrain | Manama | Arabic | dinar | | |
Bangladesh | Dhaka | Bengali | taka | | Chittagong, Khulna | India, Myanmar
Bhutan | Thimphu | Dzongkha | ngultrum | | Paro | India, China
Brunei | Bandar Seri Begawan | Malay | dollar | | | Malaysia
Cambodia | Phnom Penh | Khmer | riel | | Battambang | Thailand, Laos, Vietnam
China | Beijing | Mandarin | yuan | Shanghai | Guangzhou, Wuhan | Mongolia, Vietnam, Laos, Nepal, India, Russia
East Timor | Dili | Tetum | dollar | | Baucau | Indonesia
Georgia | Tbilisi | Georgian | lari | | Batumi | Turkey, Russia
India | New Delhi | Hindi | rupee | Mumbai | Kolkata, Chennai | Pakistan, Nepal, Myanmar
Indonesia | Jakarta | Indonesian | rupiah | | Surabaya, Bandung | Malaysia, Papua New Guinea
Iran | Tehran | Persian | rial | | Isfahan, Shiraz | Iraq, Turkey, Pakistan
Iraq | Baghdad | Arabic | dinar | | Basra, Mosul | Syria, Jordan, Kuwait, Turkey
Israel | Jerusalem | Hebrew | shekel | | Haifa | Jordan, Lebanon, Syria
Japan | Tokyo | Japanese | yen | | Osaka, Kyoto |
Jordan | Amman | Arabic | dinar | | Aqaba | Syria, Saudi Arabia
Kazakhstan | Astana | Kazakh | tenge | Almaty | | Russia, China, Uzbekistan, Kyrgyzstan
Kuwait | Kuwait City | Arabic | dinar | | | Saudi Arabia
Kyrgyzstan | Bishkek | Kyrgyz | som | | Osh | China, Tajikistan, Uzbekistan
Laos | Vientiane | Lao | kip | | Pakse | Thailand, Vietnam
Lebanon | Beirut | Arabic | pound | | Tyre, Sidon | Syria
Malaysia | Kuala Lumpur | Malay | ringgit | | Ipoh | Thailand
Maldives | Male | Dhivehi | rufiyaa | | |
Mongolia | Ulaanbaatar | Mongolian | tugrik | | Erdenet | Russia
Myanmar | Naypyidaw | Burmese | kyat | Yangon | Mandalay | Thailand, Laos, China
Nepal | Kathmandu | Nepali | rupee | | Pokhara |
North Korea | Pyongyang | Korean | won | | Wonsan | South Korea, China
Oman | Muscat | Arabic | rial | ? | Salalah | Yemen, Saudi Arabia
Pakistan | Islamabad | Urdu | rupee | Karachi | Lahore | China
Philippines | Manila | Filipino | peso | Quezon City | Cebu, Davao |
Qatar | Doha | Arabic | riyal | | | Saudi Arabia
Saudi Arabia | Riyadh | Arabic | riyal | | Mecca, Jeddah | Iraq, Yemen
Singapore | Singapore | English | dollar | ? | |
South Korea | Seoul | Korean | won | | Busan, Daegu |
Sri Lanka | Sri Jayawardenepura Kotte | Sinhala | rupee | Colombo | Kandy |
Syria | Damascus | Arabic | pound | ? | Aleppo, Homs | Turkey
Tajikistan | Dushanbe | Tajik | somoni | | Khujand | Uzbekistan, China
Thailand | Bangkok | Thai | baht | | Phuket |
Turkey | Ankara | Turkish | lira | Istanbul | Izmir, Antalya | Greece, Bulgaria
Turkmenistan | Ashgabat | Turkmen | manat | | | Uzbekistan, Iran
United Arab Emirates | Abu Dhabi | Arabic | dirham | Dubai | Sharjah | Oman, Saudi Arabia
Uzbekistan | Tashkent | Uzbek | som | | Samarkand, Bukhara |
Vietnam | Hanoi | Vietnamese | dong | ? | Hue |
Yemen | Sanaa | Arabic | rial | | Aden |
`;
