// What expressions can call: each method and function with its signature and what it does, as the editor offers them.

export type Receiver = "string" | "array" | "number" | "object" | "date" | "regex" | "boolean";

export interface Callable {
  name: string;
  /** What stands in its brackets; null for what is read without them. */
  takes: string | null;
  gives: string;
  help: string;
}

/** `name(takes): gives | help`, one to a line; a line without brackets is a value. */
function table(text: string): readonly Callable[] {
  return text.trim().split("\n").map((line) => {
    const found = /^\s*([\w.]+)(?:\((.*?)\))?: (.+?) \| (.+)$/.exec(line);
    return { name: found?.[1] ?? line, takes: found?.[2] ?? null, gives: found?.[3] ?? "", help: found?.[4] ?? "" };
  });
}

const STRING = table(`
length: number | How many UTF-16 units it has
at(index): text | The character at a place; -1 is the last
charAt(index): text | The character at a place
charCodeAt(index): number | The UTF-16 unit at a place
codePointAt(index): number | The code point at a place
concat(…texts): text | It with others after it
endsWith(text): true or false | Whether it ends with a text
includes(text): true or false | Whether it holds a text
indexOf(text, from?): number | Where a text begins in it, else -1
isWellFormed(): true or false | Whether no surrogate stands alone
lastIndexOf(text): number | Where a text begins in it last, else -1
localeCompare(text): number | Below 0 if it comes before, above if after
normalize(form?): text | In one of Unicode's normal forms
padEnd(length, fill?): text | Filled up at its end
padStart(length, fill?): text | Filled up at its start
repeat(times): text | So many times
slice(from, to?): text | From a place up to another; negative from the end
startsWith(text): true or false | Whether it begins with a text
substr(from, length?): text | So many characters from a place on
substring(from, to?): text | Between two places
toLowerCase(): text | In small letters
toString(): text | Itself
toUpperCase(): text | In capital letters
toWellFormed(): text | With U+FFFD for surrogates that stand alone
trim(): text | Without space at its ends
trimEnd(): text | Without space at its end
trimStart(): text | Without space at its start
valueOf(): text | Itself
match(pattern): list or null | What a pattern finds, with its groups
matchAll(pattern): list | All that a pattern finds
replace(pattern, by): text | With the first find replaced, or all with the flag g
replaceAll(text, by): text | With all finds replaced
search(pattern): number | Where a pattern is found, else -1
split(by, most?): list | Its parts between separators
format(format, zone?): text | A date in it, written otherwise
isEmpty(): true or false | Whether there is nothing inside
lower(): text | In small letters
parseJson(): value | The value of its JSON
title(): text | Each Word With A Capital
toDate(): date | The date that it names
toNumber(): number or null | The number that it names
upper(): text | In capital letters
`);

const ARRAY = table(`
length: number | How many items it has
at(index): item | The item at a place; -1 is the last
concat(…lists): list | It with others after it
every(item => …): true or false | Whether something holds for all
fill(value, from?, to?): list | With a value in each place
filter(item => …): list | Those for which something holds
find(item => …): item | The first for which something holds
findIndex(item => …): number | Where the first stands for which it holds, else -1
findLast(item => …): item | The last for which something holds
findLastIndex(item => …): number | Where the last stands for which it holds, else -1
flat(depth?): list | With the lists inside opened
flatMap(item => …): list | Something made of each, lists opened
includes(value): true or false | Whether it holds a value
indexOf(value): number | Where a value stands, else -1
join(between?): text | All items as one text
keys(): list | The places
lastIndexOf(value): number | Where a value stands last, else -1
map(item => …): list | Something made of each
pop(): item | The last item
reduce((sum, item) => …, first?): value | One value of all, from the first on
reduceRight((sum, item) => …, first?): value | One value of all, from the last on
reverse(): list | The other way round
shift(): item | The first item
slice(from?, to?): list | From a place up to another; negative from the end
some(item => …): true or false | Whether something holds for any
toReversed(): list | The other way round
toSpliced(from, count, …items): list | With some taken out and others put in
toString(): text | All items as one text
values(): list | The items
with(index, value): list | With another value at a place
sort((a, b) => …): list | In order
toSorted((a, b) => …): list | In order
avg(key?): number or null | The average, of a key where one is named
chunk(size): list | Lists of a size
compact(): list | What is true in JavaScript's sense
count(item => …): number | How many, or for how many something holds
first(): item | The first item
groupBy(key): object | Lists by key
isEmpty(): true or false | Whether there is nothing inside
keyBy(key): object | Items by key, the last of each
last(): item | The last item
max(key?): value | The largest number or text
min(key?): value | The smallest number or text
pluck(key): list | One key of each item
sortBy(key, 'desc'?): list | In order of a key
sum(key?): number | The sum, of a key where one is named
unique(key?): list | Each value once, or one item for each key
`);

const NUMBER = table(`
toFixed(digits?): text | With so many decimals
toPrecision(digits?): text | With so many digits
toExponential(digits?): text | As 1.5e+3
toString(base?): text | As text
valueOf(): number | Itself
format(pattern): text | As '0,0.00' says
round(decimals?): number | To so many decimals
toDate(): date | The date of so many milliseconds since 1970
toNumber(): number | Itself
`);

const OBJECT = table(`
hasOwnProperty(key): true or false | Whether it has a key
toString(): text | [object Object]
valueOf(): object | Itself
isEmpty(): true or false | Whether there is nothing inside
omit(…keys): object | All keys but these
pick(…keys): object | These keys only
`);

const DATE = table(`
getDate(): number | The day of the month
getDay(): number | The day of the week, Sunday being 0
getFullYear(): number | The year
getHours(): number | The hour
getMilliseconds(): number | The milliseconds
getMinutes(): number | The minute
getMonth(): number | The month, January being 0
getSeconds(): number | The second
getTime(): number | Milliseconds since 1970
getTimezoneOffset(): number | 0: dates are UTC
getUTCDate(): number | The day of the month
getUTCDay(): number | The day of the week, Sunday being 0
getUTCFullYear(): number | The year
getUTCHours(): number | The hour
getUTCMilliseconds(): number | The milliseconds
getUTCMinutes(): number | The minute
getUTCMonth(): number | The month, January being 0
getUTCSeconds(): number | The second
toDateString(): text | As Thu Feb 29 2024
toISOString(): text | As 2024-02-29T12:34:56.789Z
toJSON(): text | As 2024-02-29T12:34:56.789Z
toString(): text | In words
toTimeString(): text | Its time in words
toUTCString(): text | In words
valueOf(): number | Milliseconds since 1970
endOf(unit): date | The end of its day, week, month …
diff(date, unit): number | Whole units since another date
format(format, zone?): text | As 'yyyy-MM-dd HH:mm' says
plus(amount, unit): date | Later, or earlier
startOf(unit): date | The beginning of its day, week, month …
toDate(): date | Itself
toNumber(): number | Milliseconds since 1970
`);

const REGEX = table(`
exec(text): list or null | What it finds, with its groups
test(text): true or false | Whether it is found
toString(): text | As it is written
`);

const BOOLEAN = table(`
toString(): text | As text
valueOf(): true or false | Itself
`);

export const METHODS: Readonly<Record<Receiver, readonly Callable[]>> = { string: STRING, array: ARRAY, number: NUMBER, object: OBJECT, date: DATE, regex: REGEX, boolean: BOOLEAN };

/** Our own methods are functions too, that take their receiver first. */
export const OWN = new Map<string, Callable>(
  table(`
avg(list, key?): number or null | The average of a list
chunk(list, size): list | Lists of a size
compact(list): list | What is true in JavaScript's sense
count(list, item => …): number | How many, or for how many something holds
diff(date, date, unit): number | Whole units between two dates
endOf(date, unit): date | The end of a unit
first(list): item | The first item
format(value, format, zone?): text | A date or number as text
groupBy(list, key): object | Lists by key
isEmpty(value): true or false | Whether there is nothing inside
keyBy(list, key): object | Items by key
last(list): item | The last item
lower(text): text | In small letters
max(list, key?): value | The largest
min(list, key?): value | The smallest
omit(object, …keys): object | All keys but these
parseJson(text): value | The value of a JSON text
pick(object, …keys): object | These keys only
pluck(list, key): list | One key of each item
plus(date, amount, unit): date | Later, or earlier
round(number, decimals?): number | To so many decimals
sortBy(list, key, 'desc'?): list | In order of a key
startOf(date, unit): date | The beginning of a unit
sum(list, key?): number | The sum
title(text): text | Each Word With A Capital
toDate(value): date | A text or milliseconds as a date
toNumber(value): number or null | A number, or null for what is none
unique(list, key?): list | Each value once
upper(text): text | In capital letters
`).map((one) => [one.name, one]),
);

/** Functions of JavaScript that stand alone, and objects that hold more of them. */
export const GLOBALS: readonly Callable[] = [
  ...table(`
Number(value): number | As a number
isFinite(value): true or false | Whether it is a number that ends
isNaN(value): true or false | Whether it is no number
parseFloat(text): number | The number a text begins with
parseInt(text, base?): number | The whole number a text begins with
Boolean(value): true or false | Whether it is true in JavaScript's sense
String(value): text | As text
decodeURI(text): text | An address as written by people
decodeURIComponent(text): text | A part of an address as written by people
encodeURI(text): text | As an address
encodeURIComponent(text): text | As a part of an address
`),
];

export const NAMESPACES: Readonly<Record<string, readonly Callable[]>> = {
  Math: table(`
abs(n): number | Without its sign
acos(n): number | Arc cosine
acosh(n): number | Hyperbolic arc cosine
asin(n): number | Arc sine
asinh(n): number | Hyperbolic arc sine
atan(n): number | Arc tangent
atan2(y, x): number | The angle of a point
atanh(n): number | Hyperbolic arc tangent
cbrt(n): number | Cube root
ceil(n): number | The next whole number
clz32(n): number | Leading zero bits
cos(n): number | Cosine
cosh(n): number | Hyperbolic cosine
exp(n): number | e to a power
expm1(n): number | e to a power, less 1
floor(n): number | The whole number before
fround(n): number | In single precision
hypot(…numbers): number | The root of the sum of squares
imul(a, b): number | The product in 32 bits
log(n): number | Natural logarithm
log10(n): number | Logarithm to 10
log1p(n): number | Natural logarithm of 1 and n
log2(n): number | Logarithm to 2
max(…numbers): number | The largest
min(…numbers): number | The smallest
pow(base, exponent): number | A power
round(n): number | The nearest whole number
sign(n): number | -1, 0 or 1
sin(n): number | Sine
sinh(n): number | Hyperbolic sine
sqrt(n): number | Square root
tan(n): number | Tangent
tanh(n): number | Hyperbolic tangent
trunc(n): number | Without its fraction
E: number | 2.718
LN10: number | 2.302
LN2: number | 0.693
LOG10E: number | 0.434
LOG2E: number | 1.442
PI: number | 3.141
SQRT1_2: number | 0.707
SQRT2: number | 1.414
`),
  JSON: table(`
parse(text): value | The value of a JSON text
stringify(value, null, indent?): text | A value as JSON text
`),
  Object: table(`
assign(…objects): object | All fields together, later ones win
entries(object): list | Its [key, value] pairs
fromEntries(pairs): object | An object of [key, value] pairs
groupBy(list, item => …): object | Lists by what is said of each item
hasOwn(object, key): true or false | Whether it has a key
is(a, b): true or false | Whether both are the same value
keys(object): list | Its keys
values(object): list | Its values
`),
  Array: table(`
from(value, item => …): list | A list of what can be gone through
isArray(value): true or false | Whether it is a list
of(…items): list | A list of these
`),
  Number: table(`
isFinite(value): true or false | Whether it is a number that ends
isInteger(value): true or false | Whether it is a whole number
isNaN(value): true or false | Whether it is NaN
isSafeInteger(value): true or false | Whether it is a whole number that is held exactly
parseFloat(text): number | The number a text begins with
parseInt(text, base?): number | The whole number a text begins with
EPSILON: number | The smallest difference from 1
MAX_SAFE_INTEGER: number | 9007199254740991
MAX_VALUE: number | The largest number
MIN_SAFE_INTEGER: number | -9007199254740991
MIN_VALUE: number | The smallest number above 0
NEGATIVE_INFINITY: number | Below all numbers
NaN: number | No number
POSITIVE_INFINITY: number | Above all numbers
`),
  String: table(`
fromCharCode(…units): text | A text of UTF-16 units
fromCodePoint(…points): text | A text of code points
`),
  Date: table(`
UTC(year, month, day?): number | Milliseconds since 1970
parse(text): number | Milliseconds since 1970
`),
};

/** Names that every expression may begin with. */
export const NAMES: readonly (readonly [name: string, help: string])[] = [
  ["input", "The input of this step"],
  ["inputs", "Each input by the id of its node"],
  ["item", "The element of a list that is worked on"],
  ["index", "Its place, from 0"],
  ["nodes", "What each node answered: nodes.<id>.output"],
  ["trigger", "What started the run"],
  ["vars", "Variables of the workflow and of this run"],
  ["const", "Constants of the workflow"],
  ["context", "What the run remembers"],
  ["env", "Environment variables that the configuration allows"],
  ["execution", "This run: its id and more"],
  ["workflow", "Its workflow: id and name"],
  ["now", "The time as a date, the same for a whole attempt"],
];
