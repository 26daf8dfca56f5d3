/** Tables of words: opposites, plurals, and the order of days, months, seasons and numbers. */
import { rowsOf } from './table.ts';

const oppositeTable = `
hot | cold
big | small
tall | short
fast | slow
young | old
early | late
easy | difficult
hard | soft
heavy | light
high | low
deep | shallow
wide | narrow
thick | thin
rich | poor
strong | weak
clean | dirty
wet | dry
full | empty
open | closed
loud | quiet
bright | dark
sharp | blunt
sweet | bitter
rough | smooth
happy | sad
kind | cruel
brave | cowardly
polite | rude
clever | foolish
lazy | diligent
generous | greedy
honest | dishonest
patient | impatient
possible | impossible
visible | invisible
legal | illegal
regular | irregular
true | false
right | wrong
safe | dangerous
cheap | expensive
modern | ancient
public | private
simple | complex
same | different
alive | dead
awake | asleep
present | absent
guilty | innocent
tight | loose
straight | crooked
raw | cooked
ripe | unripe
fresh | stale
first | last
maximum | minimum
victory | defeat
war | peace
love | hate
day | night
morning | evening
summer | winter
north | south
east | west
top | bottom
begin | end
buy | sell
give | take
push | pull
arrive | depart
remember | forget
laugh | cry
win | lose
rise | fall
accept | refuse
attack | defend
build | destroy
question | answer
entrance | exit
friend | enemy
heaven | hell
profit | loss
success | failure
import | export
increase | decrease
`;

/** Pairs of opposite words. */
export const opposites: readonly (readonly [string, string])[] = rowsOf(oppositeTable, 2).map(
  ([word, opposite]) => [word!, opposite!],
);

const pluralTable = `
child | children
man | men
woman | women
person | people
foot | feet
tooth | teeth
goose | geese
mouse | mice
ox | oxen
leaf | leaves
knife | knives
wife | wives
wolf | wolves
shelf | shelves
thief | thieves
loaf | loaves
calf | calves
half | halves
city | cities
country | countries
baby | babies
lady | ladies
story | stories
berry | berries
fly | flies
party | parties
box | boxes
fox | foxes
bus | buses
church | churches
dish | dishes
glass | glasses
watch | watches
brush | brushes
potato | potatoes
tomato | tomatoes
hero | heroes
echo | echoes
piano | pianos
photo | photos
cactus | cacti
fungus | fungi
analysis | analyses
crisis | crises
criterion | criteria
phenomenon | phenomena
sheep | sheep
deer | deer
fish | fish
book | books
house | houses
tree | trees
river | rivers
mountain | mountains
flower | flowers
teacher | teachers
student | students
window | windows
table | tables
chair | chairs
car | cars
ship | ships
bird | birds
horse | horses
cow | cows
dog | dogs
cat | cats
letter | letters
song | songs
bridge | bridges
garden | gardens
king | kings
queen | queens
doctor | doctors
apple | apples
`;

/** Nouns with their plurals. */
export const plurals: readonly (readonly [string, string])[] = rowsOf(pluralTable, 2).map(
  ([one, many]) => [one!, many!],
);

/** The days of the week, from Monday. */
export const days = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

/** The months of the year. */
export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** The seasons of the year, from spring. */
export const seasons = ['spring', 'summer', 'autumn', 'winter'] as const;

/** The whole numbers from one to twenty. */
export const numbers = [
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
] as const;
