/** Tables of living things and matter: animals, chemical elements and the colours of things. */
import { rowsOf } from './table.ts';

/** An animal: its class, what its young are called and where it lives. */
export interface Animal {
  readonly name: string;
  readonly kind: string;
  readonly young: string;
  readonly home: string;
}

const animalTable = `
horse | mammal | foal | meadow
cow | mammal | calf | meadow
sheep | mammal | lamb | meadow
goat | mammal | kid | hill
pig | mammal | piglet | farm
dog | mammal | puppy | house
cat | mammal | kitten | house
lion | mammal | cub | savanna
tiger | mammal | cub | jungle
leopard | mammal | cub | forest
cheetah | mammal | cub | savanna
bear | mammal | cub | forest
wolf | mammal | pup | forest
fox | mammal | kit | forest
deer | mammal | fawn | forest
elk | mammal | calf | forest
rabbit | mammal | kit | burrow
hare | mammal | leveret | field
beaver | mammal | kit | river
otter | mammal | pup | river
seal | mammal | pup | sea
walrus | mammal | calf | sea
whale | mammal | calf | sea
dolphin | mammal | calf | sea
elephant | mammal | calf | savanna
giraffe | mammal | calf | savanna
rhinoceros | mammal | calf | savanna
hippopotamus | mammal | calf | river
camel | mammal | calf | desert
donkey | mammal | foal | farm
zebra | mammal | foal | savanna
kangaroo | mammal | joey | grassland
koala | mammal | joey | forest
gorilla | mammal | infant | forest
monkey | mammal | infant | jungle
bat | mammal | pup | cave
mouse | mammal | pup | field
rat | mammal | pup | sewer
squirrel | mammal | kit | tree
hedgehog | mammal | hoglet | garden
badger | mammal | cub | forest
mole | mammal | pup | tunnel
llama | mammal | cria | mountain
panda | mammal | cub | bamboo
hen | bird | chick | farm
duck | bird | duckling | pond
goose | bird | gosling | pond
swan | bird | cygnet | lake
turkey | bird | poult | farm
eagle | bird | eaglet | mountain
owl | bird | owlet | forest
penguin | bird | chick | ice
pigeon | bird | squab | town
sparrow | bird | chick | garden
ostrich | bird | chick | savanna
stork | bird | chick | nest
gull | bird | chick | coast
raven | bird | chick | forest
parrot | bird | chick | jungle
frog | amphibian | tadpole | pond
toad | amphibian | tadpole | garden
newt | amphibian | larva | pond
salamander | amphibian | larva | forest
crocodile | reptile | hatchling | river
turtle | reptile | hatchling | sea
tortoise | reptile | hatchling | desert
snake | reptile | hatchling | grass
lizard | reptile | hatchling | rock
salmon | fish | fry | river
trout | fish | fry | river
eel | fish | elver | river
carp | fish | fry | pond
shark | fish | pup | sea
herring | fish | fry | sea
butterfly | insect | caterpillar | meadow
moth | insect | caterpillar | night
bee | insect | larva | hive
ant | insect | larva | nest
wasp | insect | larva | nest
beetle | insect | grub | wood
fly | insect | maggot | kitchen
grasshopper | insect | nymph | meadow
mosquito | insect | larva | swamp
spider | arachnid | spiderling | web
scorpion | arachnid | scorpling | desert
`;

/** Animals, each once. */
export const animals: readonly Animal[] = rowsOf(animalTable, 4).map(
  ([name, kind, young, home]) => ({ name: name!, kind: kind!, young: young!, home: home! }),
);

/** A chemical element: its symbol and the kind of matter it counts to. */
export interface Element {
  readonly name: string;
  readonly symbol: string;
  readonly kind: string;
}

const elementTable = `
hydrogen | H | gas
helium | He | gas
lithium | Li | metal
beryllium | Be | metal
boron | B | metalloid
carbon | C | nonmetal
nitrogen | N | gas
oxygen | O | gas
fluorine | F | gas
neon | Ne | gas
sodium | Na | metal
magnesium | Mg | metal
aluminium | Al | metal
silicon | Si | metalloid
phosphorus | P | nonmetal
sulphur | S | nonmetal
chlorine | Cl | gas
argon | Ar | gas
potassium | K | metal
calcium | Ca | metal
scandium | Sc | metal
titanium | Ti | metal
vanadium | V | metal
chromium | Cr | metal
manganese | Mn | metal
iron | Fe | metal
cobalt | Co | metal
nickel | Ni | metal
copper | Cu | metal
zinc | Zn | metal
gallium | Ga | metal
germanium | Ge | metalloid
arsenic | As | metalloid
selenium | Se | nonmetal
bromine | Br | liquid
krypton | Kr | gas
rubidium | Rb | metal
strontium | Sr | metal
yttrium | Y | metal
zirconium | Zr | metal
niobium | Nb | metal
molybdenum | Mo | metal
ruthenium | Ru | metal
rhodium | Rh | metal
palladium | Pd | metal
silver | Ag | metal
cadmium | Cd | metal
indium | In | metal
tin | Sn | metal
antimony | Sb | metalloid
tellurium | Te | metalloid
iodine | I | nonmetal
xenon | Xe | gas
caesium | Cs | metal
barium | Ba | metal
tungsten | W | metal
osmium | Os | metal
iridium | Ir | metal
platinum | Pt | metal
gold | Au | metal
mercury | Hg | liquid
thallium | Tl | metal
lead | Pb | metal
bismuth | Bi | metal
radon | Rn | gas
radium | Ra | metal
thorium | Th | metal
uranium | U | metal
plutonium | Pu | metal
`;

/** Chemical elements, each once. */
export const elements: readonly Element[] = rowsOf(elementTable, 3).map(([name, symbol, kind]) => ({
  name: name!,
  symbol: symbol!,
  kind: kind!,
}));

/** A thing and the colour that everyone sees it in. */
export interface Coloured {
  readonly thing: string;
  readonly colour: string;
}

const colourTable = `
grass | green
clover | green
spinach | green
cucumber | green
lettuce | green
emerald | green
moss | green
parsley | green
blood | red
ruby | red
tomato | red
strawberry | red
cherry | red
poppy | red
brick | red
sapphire | blue
sky | blue
cornflower | blue
denim | blue
lemon | yellow
banana | yellow
canary | yellow
sunflower | yellow
butter | yellow
daffodil | yellow
mustard | yellow
snow | white
milk | white
salt | white
chalk | white
cotton | white
flour | white
paper | white
coal | black
soot | black
tar | black
ink | black
pumpkin | orange
carrot | orange
apricot | orange
plum | purple
lavender | purple
aubergine | purple
amethyst | purple
chocolate | brown
coffee | brown
chestnut | brown
cinnamon | brown
soil | brown
bark | brown
flamingo | pink
salmon | pink
ash | grey
cement | grey
slate | grey
fog | grey
`;

/** Things of one colour, each once. */
export const colouredThings: readonly Coloured[] = rowsOf(colourTable, 2).map(
  ([thing, colour]) => ({ thing: thing!, colour: colour! }),
);
