/**
 * Columns: country, capital, main language, currency, largest city (empty: the capital; "?": a
 * matter of counting, so never asked), other cities, some neighbours.
 */
export const northAmerica = `
Antigua and Barbuda | Saint John's | English | dollar | | |
Bahamas | Nassau | English | dollar | | Freeport |
Barbados | Bridgetown | English | dollar | | |
Belize | Belmopan | English | dollar | Belize City | | Guatemala, Mexico
Canada | Ottawa | English | dollar | Toronto | Montreal, Vancouver | United States
Costa Rica | San Jose | Spanish | colon | | Limon | Panama, Nicaragua
Cuba | Havana | Spanish | peso | | Camaguey, Holguin |
Dominica | Roseau | English | dollar | | |
Dominican Republic | Santo Domingo | Spanish | peso | | | Haiti
El Salvador | San Salvador | Spanish | dollar | | | Honduras, Guatemala
Grenada | Saint George's | English | dollar | | |
Guatemala | Guatemala City | Spanish | quetzal | | Antigua | Mexico, Honduras
Haiti | Port-au-Prince | Creole | gourde | | |
Honduras | Tegucigalpa | Spanish | lempira | ? | | Nicaragua, Guatemala
Jamaica | Kingston | English | dollar | | |
Mexico | Mexico City | Spanish | peso | | Puebla, Cancun | United States
Nicaragua | Managua | Spanish | cordoba | | Granada |
Panama | Panama City | Spanish | balboa | | | Colombia
Saint Kitts and Nevis | Basseterre | English | dollar | | |
Saint Lucia | Castries | English | dollar | | |
Saint Vincent and the Grenadines | Kingstown | English | dollar | | |
Trinidad and Tobago | Port of Spain | English | dollar | ? | Chaguanas |
United States | Washington | English | dollar | New York | Chicago, Boston | Canada
`;

/**
 * Columns: country, capital, main language, currency, largest city (empty: the capital; "?": a
 * matter of counting, so never asked), other cities, some neighbours.
 */
export const southAmerica = `
Argentina | Buenos Aires | Spanish | peso | | Mendoza, Rosario | Chile, Uruguay, Paraguay, Brazil, Bolivia
Bolivia | Sucre | Spanish | boliviano | Santa Cruz | La Paz, Potosi | Peru, Brazil, Chile, Paraguay
Brazil | Brasilia | Portuguese | real | Sao Paulo | Salvador, Recife | Peru, Colombia, Uruguay, Paraguay, Guyana
Chile | Santiago | Spanish | peso | | Valparaiso | Peru
Colombia | Bogota | Spanish | peso | | Medellin, Cali | Peru, Ecuador, Venezuela
Ecuador | Quito | Spanish | dollar | ? | Guayaquil, Cuenca | Peru
Guyana | Georgetown | English | dollar | | | Suriname, Venezuela
Paraguay | Asuncion | Guarani | guarani | | |
Peru | Lima | Spanish | sol | | Cusco, Arequipa |
Suriname | Paramaribo | Dutch | dollar | | | Brazil
Uruguay | Montevideo | Spanish | peso | | Salto |
Venezuela | Caracas | Spanish | bolivar | | Maracaibo | Brazil
`;
