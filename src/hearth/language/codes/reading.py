"""Codes of what cannot be read: characters, numbers, quotes, brackets, and operators out of place."""

from hearth.language.codes.entry import Code

READING: tuple[Code, ...] = (
    Code(
        "empty",
        "error",
        "Nothing is written where an expression is needed.",
        "A condition, a message or a command must say something. Remarks alone (after #) are nothing too. "
        "For a case that takes all the rest, write true.",
        "# to be written",
        "AVG($Power) > 500",
    ),
    Code(
        "too-long",
        "error",
        "The expression is longer than 10,000 characters.",
        "So long a text is not read at all. Most often a list was pasted into it. "
        "Say it shorter, or split it into several rules or cases.",
        "$Grid > 500" + " OR $Grid > 500" * 700,
        "$Grid > 500",
    ),
    Code(
        "too-deep",
        "error",
        "Brackets or functions stand inside each other more than 100 levels deep.",
        "Nobody can read that, and Hearth does not either. Leave out brackets that change nothing, or split the rule.",
        "(" * 101 + "$Grid" + ")" * 101 + " > 500",
        "$Grid > 500",
    ),
    Code(
        "unknown-character",
        "error",
        "A character means nothing in the rule language.",
        "Signs such as ?, ^ or € have no meaning outside a text. Texts stand in quotes, numbers stand without a currency or a "
        "unit. A power is written as a product, a choice as IF(condition, value, other value).",
        "$Grid > 500 €",
        "$Grid > 500",
    ),
    Code(
        "unknown-unit",
        "error",
        "Something behind a number is no unit of time.",
        "Only timespans have a unit: s, min, h and d, written without a blank, such as 30min. All other numbers stand alone: "
        "they are in the unit of the dataset they are compared with. A percentage is a plain number too.",
        "$Grid > 500W",
        "$Grid > 500",
    ),
    Code(
        "decimal-comma",
        "error",
        "A number is written with a comma.",
        "Expressions are read the same way everywhere: a point before the decimals, nothing between the thousands. "
        "How numbers look in a message is another thing: there the reader's language decides.",
        "$Charge > 12,5",
        "$Charge > 12.5",
    ),
    Code(
        "number-too-large",
        "error",
        "A number or timespan is too large to count with.",
        "Numbers go up to 1 with 300 zeros. A longer one is most likely pasted or a key that was held down.",
        "$Grid < 1" + "0" * 301,
        "$Grid < 100000",
    ),
    Code(
        "unclosed-text",
        "error",
        "The quote at the end of a text is missing.",
        "A text begins and ends with the same quote, \" or '. Everything behind the first one is taken as text up to the next "
        "one, so that nothing behind it can be read. Inside a text, the quote itself is written \\\" or \\'.",
        '"Your car is full',
        '"Your car is full"',
        "message",
    ),
    Code(
        "typographic-quotes",
        "error",
        "A text stands in curly quotes.",
        "Word processors and phones turn straight quotes into curly ones while you type. Write \" or '. "
        "Curly quotes inside a text are fine.",
        "“Your car is full”",
        '"Your car is full"',
        "message",
    ),
    Code(
        "unknown-escape",
        "error",
        "A backslash in a text is followed by a character that it says nothing of.",
        "In a text a backslash begins one of four signs: \\n is a line break, \\\" and \\' are quotes, \\\\ is the backslash "
        "itself. To show a backslash, write it twice.",
        '"Heating\\cooling is on"',
        '"Heating\\\\cooling is on"',
        "message",
    ),
    Code(
        "quotes-missing",
        "error",
        "Several words stand where a text should stand in quotes.",
        "In an expression, words without quotes are names: of functions, or of times such as now. "
        "What the household shall read stands in quotes.",
        "Good morning",
        '"Good morning"',
        "message",
    ),
    Code(
        "unclosed-bracket",
        "error",
        "A bracket is opened and not closed.",
        "Every ( needs its ). The place shown is the bracket that stays open, and where the closing one was expected.",
        "($Grid > 500 AND $Charge < 20",
        "($Grid > 500 AND $Charge < 20)",
    ),
    Code(
        "unmatched-bracket",
        "error",
        "A bracket is closed that was never opened.",
        "Each ) needs a ( before it. Take the ) away, or put the missing ( where the group should begin.",
        "$Grid > 500) AND $Charge < 20",
        "$Grid > 500 AND $Charge < 20",
    ),
    Code(
        "operand-missing",
        "error",
        "Something is missing beside an operator.",
        "Operators such as + or > stand between two values, and here is only one, or brackets are empty. "
        "Often a part was deleted and its operator stayed.",
        "$Grid >",
        "$Grid > 500",
    ),
    Code(
        "operator-missing",
        "error",
        "Two values stand side by side with nothing between them.",
        "Values do not join by themselves. Say what shall be done with the two: compare them (>), compute with them (+), join "
        "two conditions (AND), or join a value to a text (+).",
        '"It is " $Temperature " °C"',
        '"It is " + $Temperature + " °C"',
        "message",
    ),
    Code(
        "wrong-operator",
        "error",
        "An operator is written as in another program.",
        "The language has = and !=, AND, OR and NOT, <= and >=, and separates arguments by commas. "
        "What you wrote is understood, and the spelling of ours stands in the message.",
        "$Mode == 1",
        "$Mode = 1",
    ),
    Code(
        "chained-comparison",
        "error",
        "Two comparisons are chained.",
        "A comparison gives yes or no, and yes or no cannot be compared with a number. Write both comparisons, joined by AND.",
        "20 < $Charge < 80",
        "20 < $Charge AND $Charge < 80",
    ),
    Code(
        "logic-as-function",
        "error",
        "AND or OR is written like a function.",
        "In spreadsheets AND( … , … ) is a function; here it stands between what it joins, as in a sentence. "
        "Brackets say what belongs together: a AND (b OR c).",
        "AND($Grid > 500, $Charge < 20)",
        "$Grid > 500 AND $Charge < 20",
    ),
    Code(
        "brackets-missing",
        "error",
        "A function is written without brackets.",
        "What a function works on stands in brackets behind its name, also where it is one dataset only. "
        "The brackets end where the function's part ends: what stands behind them is compared with its result.",
        "AVG $Power > 500",
        "AVG($Power) > 500",
    ),
    Code(
        "unexpected",
        "error",
        "A comma stands where nothing is listed.",
        "Commas separate what a function is given. Conditions are joined by AND or OR.",
        "$Grid > 500, $Charge < 20",
        "$Grid > 500 AND $Charge < 20",
    ),
    Code(
        "dataset-name-missing",
        "error",
        "A dollar sign is followed by no name.",
        "A dataset is written $ and its name, without a blank between them. Amounts of money are written as plain numbers.",
        "$ > 500",
        "$Grid > 500",
    ),
    Code(
        "attribute-missing",
        "error",
        "Two colons are followed by no name.",
        "Behind :: stands what you want to know of a value, for instance ::Timestamp or ::Last. "
        "For the value of an event you need neither: the event stands for it.",
        "$Grid:: > 500",
        "$Grid > 500",
    ),
)
