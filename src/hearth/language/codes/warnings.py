"""Codes of warnings: what is right by the rules of the language and yet hardly meant. A rule with warnings runs."""

from hearth.language.codes.entry import Code

WARNINGS: tuple[Code, ...] = (
    Code(
        "unquoted-text",
        "warning",
        "A word without quotes is read as a text.",
        "The language takes an unknown word as a text. That is right for a message of one word, and wrong where a name is "
        "misspelt. Put texts in quotes, so that nobody has to guess.",
        "Congratulations",
        '"Congratulations"',
        "message",
    ),
    Code(
        "format-before-join",
        "warning",
        "The pattern formats only the last part of a sum.",
        "The sign | binds tighter than +. So only what stands directly before it is formatted, and the rest is joined as a "
        "text. To format the whole, put it in brackets.",
        "$Grid + 100 | '#,##0'",
        "($Grid + 100) | '#,##0'",
        "message",
    ),
    Code(
        "units-differ",
        "warning",
        "Two values of different units are put together.",
        "Watts are power at one moment, watt-hours energy over a time; 1,000 W during one hour are 1,000 Wh. "
        "Numbers do not carry their unit when they are compared, so the result would mean nothing. "
        "Bring both sides to one unit, or compare another dataset.",
        "SUM($Energy) > $Grid",
        "AVG($Power) > $Grid",
    ),
    Code(
        "unit-in-text",
        "warning",
        "The unit in a text is not that of the value before it.",
        "The text says one unit and the dataset another, so a household would read a wrong figure. Convert the value, or write "
        "its unit. $Name::Unit always gives the unit of the dataset.",
        '"You use " + $Grid + " kW"',
        '"You use " + $Grid / 1000 + " kW"',
        "message",
    ),
    Code(
        "long-text",
        "warning",
        "A message is longer than what every phone shows.",
        "A phone may show the first 50 characters of a message and hide the rest. A longer message is allowed. "
        "Say the most important thing first, or say it shorter.",
        '"Your home has been taking much more power than usual during the last hour."',
        '"Your home uses much more power than usual."',
        "message",
    ),
    Code(
        "aggregate-of-one",
        "warning",
        "An aggregate is taken of one value.",
        "The average, sum, smallest or largest of one value is that value. Leave the function out. "
        "If you meant the values of a while, make the dataset a time series.",
        "AVG($Grid) > 500",
        "$Grid > 500",
    ),
    Code(
        "beyond-timespan",
        "warning",
        "More of the past is asked for than the dataset holds.",
        "A time series reaches back as far as its timespan in the rule. Of what is older there is nothing, so that an average "
        "over a day would silently be one over an hour. Give the dataset a longer timespan, or ask for less.",
        "MAX(SUBSET($Power, now - 24h)) > 5000",
        "MAX(SUBSET($Power, now - 30min)) > 5000",
    ),
    Code(
        "state-as-quantity",
        "warning",
        "Numbers of states are computed with or compared by size.",
        "The numbers of a state are names, as the numbers of football players are: their average means nothing, "
        "and a larger one is not more. Compare states by = and !=.",
        "$Mode > 1",
        "$Mode = 2 OR $Mode = 3",
    ),
    Code(
        "unknown-state",
        "warning",
        "A state is compared with a number that is none of its states.",
        "Such a comparison never holds with =, and always with !=. The message lists the states there are.",
        "$Mode = 7",
        "$Mode = 3",
    ),
    Code(
        "never-holds",
        "warning",
        "A condition can never hold.",
        "Two parts exclude each other, or a value can never be so large or small: a percentage is at most 100. "
        "A rule with this condition would never say anything. Often AND stands where OR is meant, or < where > is.",
        "$Charge < 20 AND $Charge > 80",
        "$Charge < 20 OR $Charge > 80",
    ),
    Code(
        "always-holds",
        "warning",
        "A condition always holds.",
        "Whatever the values are, one part of it is true. A rule with this condition would speak at every event. "
        "Often OR stands where AND is meant, or the sign of a number is missing.",
        "$Grid > 500 OR $Grid < 1000",
        "$Grid > 500 AND $Grid < 1000",
    ),
    Code(
        "doubtful-pattern",
        "warning",
        "A letter of a time pattern means something else than one thinks.",
        "In patterns of times capital and small letters differ. HH is the hour, mm the minute and MM the month; "
        "dd is the day of the month and DD that of the year. yyyy is the year, and YYYY the year that a week belongs to.",
        "\"Until \" + now | 'HH:MM'",
        "\"Until \" + now | 'HH:mm'",
        "message",
    ),
)
