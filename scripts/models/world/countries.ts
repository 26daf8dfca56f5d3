/**
 * The countries of the world as one table: the members of the United Nations and Vatican City, by
 * their common English names without accents, each with facts that atlases agree on.
 */
import { africa } from './africa.ts';
import { northAmerica, southAmerica } from './americas.ts';
import { asia } from './asia.ts';
import { europe } from './europe.ts';
import { oceania } from './oceania.ts';
import { listOf, rowsOf } from './table.ts';

/** The continents as this table names them; the Caribbean counts to North America. */
export const continents = [
  'Africa',
  'Asia',
  'Europe',
  'North America',
  'South America',
  'Oceania',
] as const;

export type Continent = (typeof continents)[number];

/** One country. */
export interface Country {
  readonly name: string;
  readonly capital: string;
  readonly continent: Continent;
  /** The official or most spoken language; where there are several, one of them. */
  readonly language: string;
  /** The unit of money, without the country's name: "dollar", "peso". */
  readonly currency: string;
  /** The largest city, or undefined where counts disagree. */
  readonly largestCity: string | undefined;
  /** Well-known cities that are not the capital. */
  readonly otherCities: readonly string[];
  /** Countries across a land border; symmetric over the whole table. */
  readonly neighbours: readonly string[];
}

const tables: readonly (readonly [Continent, string])[] = [
  ['Africa', africa],
  ['Asia', asia],
  ['Europe', europe],
  ['North America', northAmerica],
  ['South America', southAmerica],
  ['Oceania', oceania],
];

function readCountries(): Country[] {
  const rows = tables.flatMap(([continent, table]) =>
    rowsOf(table, 7).map((cells) => ({ continent, cells })),
  );
  const borders = new Map<string, Set<string>>(rows.map(({ cells }) => [cells[0]!, new Set()]));
  for (const { cells } of rows) {
    for (const neighbour of listOf(cells[6]!)) {
      const back = borders.get(neighbour);
      if (back === undefined) throw new Error(`"${cells[0]!}" borders unknown "${neighbour}".`);
      back.add(cells[0]!);
      borders.get(cells[0]!)!.add(neighbour);
    }
  }
  return rows.map(({ continent, cells }) => {
    const [name, capital, language, currency, largest, others] = cells as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const otherCities = [
      ...(largest === '' || largest === '?' ? [] : [largest]),
      ...listOf(others),
    ];
    return {
      name,
      capital,
      continent,
      language,
      currency,
      largestCity: largest === '' ? capital : largest === '?' ? undefined : largest,
      otherCities,
      neighbours: [...borders.get(name)!].sort(),
    };
  });
}

/** All countries, continent by continent, each continent in alphabetical order. */
export const countries: readonly Country[] = readCountries();

/**
 * Countries of which parliament or government sits, by law or in practice, outside the capital that
 * the table names, or whose seat is disputed or moving. Sentences about the seat of government
 * leave them out.
 */
export const seatElsewhere: ReadonlySet<string> = new Set([
  'Benin',
  'Bolivia',
  'Burundi',
  'Chile',
  'Equatorial Guinea',
  'Eswatini',
  'Ivory Coast',
  'Israel',
  'Libya',
  'Malaysia',
  'Montenegro',
  'Netherlands',
  'South Africa',
  'Sri Lanka',
  'Sudan',
  'Tanzania',
  'Yemen',
]);
