/** Tables of what people do and play: occupations with their tools, instruments with families. */
import { rowsOf } from './table.ts';

/** An occupation, a tool that goes with it and where the work is done. */
export interface Occupation {
  readonly name: string;
  readonly tool: string;
  readonly place: string;
}

const occupationTable = `
baker | oven | bakery
butcher | cleaver | shop
carpenter | saw | workshop
mason | trowel | site
painter | brush | studio
plumber | wrench | house
electrician | pliers | house
blacksmith | anvil | forge
tailor | needle | workshop
hairdresser | scissors | salon
barber | razor | salon
gardener | rake | garden
farmer | plough | field
shepherd | crook | hill
fisherman | net | boat
sailor | rope | ship
lumberjack | axe | forest
miner | pickaxe | mine
cook | pan | kitchen
waiter | tray | restaurant
doctor | stethoscope | hospital
nurse | thermometer | hospital
surgeon | scalpel | hospital
dentist | drill | clinic
optician | lens | shop
chemist | flask | laboratory
astronomer | telescope | observatory
biologist | microscope | laboratory
photographer | camera | studio
journalist | notebook | office
writer | pen | desk
teacher | blackboard | school
librarian | catalogue | library
judge | gavel | court
conductor | baton | hall
sculptor | chisel | studio
potter | wheel | workshop
weaver | loom | workshop
cobbler | awl | workshop
watchmaker | tweezers | workshop
firefighter | hose | station
guard | whistle | station
secretary | keyboard | office
architect | ruler | office
draughtsman | compass | office
cleaner | broom | office
beekeeper | smoker | hive
diver | snorkel | sea
climber | carabiner | mountain
referee | whistle | stadium
archer | bow | range
knight | sword | castle
soldier | rifle | barracks
tattooist | ink | studio
jeweller | tongs | shop
glazier | putty | house
upholsterer | tacks | workshop
florist | vase | shop
grocer | scales | shop
cashier | till | shop
`;

/** Occupations, each once. */
export const occupations: readonly Occupation[] = rowsOf(occupationTable, 3).map(
  ([name, tool, place]) => ({ name: name!, tool: tool!, place: place! }),
);

/** A musical instrument and its family. */
export interface Instrument {
  readonly name: string;
  readonly family: string;
}

const instrumentTable = `
violin | string
viola | string
cello | string
harp | string
guitar | string
lute | string
banjo | string
mandolin | string
ukulele | string
sitar | string
zither | string
lyre | string
flute | woodwind
piccolo | woodwind
clarinet | woodwind
oboe | woodwind
bassoon | woodwind
saxophone | woodwind
recorder | woodwind
bagpipe | woodwind
trumpet | brass
trombone | brass
tuba | brass
horn | brass
cornet | brass
bugle | brass
drum | percussion
xylophone | percussion
marimba | percussion
cymbal | percussion
triangle | percussion
tambourine | percussion
gong | percussion
timpani | percussion
castanets | percussion
maracas | percussion
piano | keyboard
organ | keyboard
harpsichord | keyboard
accordion | keyboard
celesta | keyboard
clavichord | keyboard
`;

/** Musical instruments, each once. */
export const instruments: readonly Instrument[] = rowsOf(instrumentTable, 2).map(
  ([name, family]) => ({ name: name!, family: family! }),
);
