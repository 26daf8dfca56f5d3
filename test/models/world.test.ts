import { describe, expect, it } from 'vitest';
import { continents, countries, seatElsewhere } from '../../scripts/models/world/countries.ts';
import { rowsOf } from '../../scripts/models/world/table.ts';

const byName = new Map(countries.map((country) => [country.name, country]));

describe('the table of countries', () => {
  it('holds the members of the United Nations and Vatican City, each once', () => {
    expect(countries).toHaveLength(194);
    expect(byName.size).toBe(countries.length);
  });

  it('gives every country its own capital', () => {
    expect(new Set(countries.map(({ capital }) => capital)).size).toBe(countries.length);
  });

  it('fills every column with names in plain letters', () => {
    for (const country of countries) {
      const { name, capital, language, currency, otherCities } = country;
      for (const words of [name, capital, language, currency, ...otherCities]) {
        expect(words, name).toMatch(/^[A-Za-z]+([ '-][A-Za-z]+)*$/);
      }
      expect(continents).toContain(country.continent);
      expect(currency, name).toBe(currency.toLowerCase());
    }
  });

  it('names only other cities beside the capital', () => {
    for (const { capital, otherCities, largestCity } of countries) {
      expect(otherCities).not.toContain(capital);
      if (largestCity !== undefined) expect([capital, ...otherCities]).toContain(largestCity);
    }
  });

  it('has borders that hold from both sides, mostly within a continent', () => {
    let across = 0;
    let all = 0;
    for (const { name, neighbours, continent } of countries) {
      expect(neighbours).not.toContain(name);
      for (const neighbour of neighbours) {
        expect(byName.get(neighbour)?.neighbours, `${neighbour} and ${name}`).toContain(name);
        all++;
        if (byName.get(neighbour)?.continent !== continent) across++;
      }
    }
    expect(across / all).toBeLessThan(0.1);
  });

  it('knows every country whose government sits elsewhere', () => {
    for (const name of seatElsewhere) expect(byName.has(name), name).toBe(true);
  });

  it.each([
    ['Peru', 'Lima', 'South America', 'sol'],
    ['Turkey', 'Ankara', 'Asia', 'lira'],
    ['Australia', 'Canberra', 'Oceania', 'dollar'],
    ['Tanzania', 'Dodoma', 'Africa', 'shilling'],
    ['Kazakhstan', 'Astana', 'Asia', 'tenge'],
    ['Hungary', 'Budapest', 'Europe', 'forint'],
    ['Cuba', 'Havana', 'North America', 'peso'],
  ])('%s: %s, %s, %s', (name, capital, continent, currency) => {
    expect(byName.get(name)).toMatchObject({ capital, continent, currency });
  });
});

describe('rowsOf', () => {
  it('refuses a row of another width', () => {
    expect(rowsOf('a | b\n\n c|d ', 2)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(() => rowsOf('a | b | c', 2)).toThrow('3 columns where 2');
  });
});
