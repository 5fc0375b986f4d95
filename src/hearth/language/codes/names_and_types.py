"""Codes of what can be read and cannot be meant: names that nobody knows, values of a kind that does not fit."""

from hearth.language.codes.entry import Code

NAMES_AND_TYPES: tuple[Code, ...] = (
    Code(
        "undefined-dataset",
        "error",
        "There is no dataset of this name in the rule.",
        "An expression reads the datasets that its rule defines, each as $ and its name. Capital and small letters matter. "
        "Correct the name, or add a dataset of this name to the rule.",
        "AVG($Pwoer) > 500",
        "AVG($Power) > 500",
    ),
    Code(
        "dollar-missing",
        "error",
        "The name of a dataset is written without its dollar.",
        "Without the dollar, or in quotes, a name is only a text, and a text is no number. The one exception is EVAL, "
        "which takes the name of a dataset as a text.",
        "Grid > 500",
        "$Grid > 500",
    ),
    Code(
        "unknown-word",
        "error",
        "There is no word of this name.",
        "Words without quotes and without a dollar are the times now, lastHour, lastZeroHour and those of the months, "
        "the building and the counters. This one is none of them, but like one.",
        "now - lastHours > 30min",
        "now - lastHour > 30min",
    ),
    Code(
        "unknown-function",
        "error",
        "There is no function of this name.",
        "Functions have English names in capital letters. Many names from spreadsheets are recognised and the right one is "
        "proposed: AVERAGE and MITTELWERT are AVG, WENN and SI are IF. All functions stand in the list of functions.",
        "AVERAGE($Power) > 500",
        "AVG($Power) > 500",
    ),
    Code(
        "unknown-attribute",
        "error",
        "A value has nothing of this name behind ::.",
        "What may stand behind :: depends on what stands before it: an event has a ::Timestamp, several events have a ::Last, "
        "the building has a ::City. The message lists what there is.",
        "$Grid::Time > now - 1h",
        "$Grid::Timestamp > now - 1h",
    ),
    Code(
        "wrong-case",
        "error",
        "A word is written with other capital or small letters than it has.",
        "Functions, operators and words such as lastZeroHour are written exactly as they stand in the lists. "
        "The message shows the right spelling.",
        "$Grid > 500 and $Charge < 20",
        "$Grid > 500 AND $Charge < 20",
    ),
    Code(
        "wrong-place",
        "error",
        "The expression as a whole is not what its place needs.",
        "A condition must end in yes or no: compare the value with something. A message or a command must be one value: "
        "of a time series, take one figure such as AVG(…) or ::Last.",
        "AVG($Power)",
        "AVG($Power) > 500",
    ),
    Code(
        "needs-streak",
        "error",
        "A word of the streak feature is used in a rule without a streak.",
        "StreakCounter and StreakHasBeenReset count the matches of a streak, and this rule has none. "
        "Give the rule a streak condition, or leave the word out.",
        "StreakCounter >= 3",
        "DeliveredNotificationCounter >= 3",
    ),
    Code(
        "needs-goal",
        "error",
        "DeliveredNotification is used outside the goal-achieved condition.",
        "Only the goal-achieved condition is asked about one certain notification; anywhere else there is none yet. "
        "How many have reached the home, every expression may ask: DeliveredNotificationCounter.",
        "DeliveredNotification::CreatedAt > now - 1d",
        "DeliveredNotificationCounter > 0",
    ),
    Code(
        "vector-operand",
        "error",
        "A whole time series stands where one value is needed.",
        "A time series holds many events, and a comparison or computation needs one number. Say which: the average AVG, the "
        "largest MAX, the sum SUM, or the newest, ::Last. In a spreadsheet it is the same: you compare a cell, not a column.",
        "$Power > 500",
        "AVG($Power) > 500",
    ),
    Code(
        "operand-type",
        "error",
        "An operator cannot work with values of this kind.",
        "Numbers are computed with numbers, a time can be moved by a timespan, timespans can be added. "
        "Two times cannot be added, and a pattern after | must be a text.",
        "now + 30 > $Grid::Timestamp",
        "now + 30min > $Grid::Timestamp",
    ),
    Code(
        "needs-yes-no",
        "error",
        "AND, OR or NOT is given something that is neither yes nor no.",
        "What these words join must be conditions. A number alone says neither yes nor no: compare it with something, "
        "also where the other side is compared already.",
        "$Grid > 500 AND $Charge",
        "$Grid > 500 AND $Charge > 80",
    ),
    Code(
        "unlike-types",
        "error",
        "Two values of different kinds are compared or chosen from.",
        "A number is compared with a number, a time with a time, a text with a text. A number in quotes is a text. "
        "The two values that IF chooses from must be of one kind too.",
        '$Grid > "500"',
        "$Grid > 500",
    ),
    Code(
        "keys-differ",
        "error",
        "Values by device are put together with values by time or by building.",
        "Two groups are computed with each other where their keys are equal: car with car, Monday with Monday. "
        "A device is never equal to a day. Group both sides the same way, or take one figure of one side.",
        "COUNT(FILTER(AVG(GROUP_BY_DEVICE($Power)) / AVG(GROUP_BY_TIME($Power, 10min)), '>', 2)) > 0",
        "COUNT(FILTER(AVG(GROUP_BY_DEVICE($Power)) / AVG($Power), '>', 2)) > 0",
    ),
    Code(
        "state-as-text",
        "error",
        "A state is compared with its name.",
        "A dataset of a state holds numbers, each of which stands for one state. Compare it with the number. "
        "The message says which number the name has, where that is known.",
        '$Mode = "only solar"',
        "$Mode = 1",
    ),
    Code(
        "unit-not-known",
        "error",
        "::Unit is asked of a value whose unit is not known.",
        "A unit comes from the dataset and is lost where values of different units are mixed; the ids of a state have none. "
        "Write the unit as a text.",
        "$Mode + $Mode::Unit",
        '$Charge + " " + $Charge::Unit',
        "message",
    ),
    Code(
        "argument-count",
        "error",
        "A function is given too many or too few values.",
        "What a function takes stands in the list of functions. AVG, SUM, MIN and MAX take one time series, not several "
        "values: of two values, compute it.",
        "MAX($Grid, 500) > 1000",
        "IF($Grid > 500, $Grid, 500) > 1000",
    ),
    Code(
        "argument-type",
        "error",
        "A function is given a value of a kind that it does not take.",
        "Some functions work on time series only, others need a timespan or a number at a certain place. "
        "The message says what may stand there. A timespan needs its unit: 10min, not 10.",
        "COUNT(GROUP_BY_TIME($Power, 10)) > 3",
        "COUNT(GROUP_BY_TIME($Power, 10min)) > 3",
    ),
    Code(
        "literal-needed",
        "error",
        "A function needs one of certain words here.",
        "The comparison of FILTER is one of six texts in quotes, the order of SORT is byGroupKey or byGroupValue, "
        "the buildings of EVAL are named by Building:: and a selector. They are not computed but written out.",
        "COUNT(FILTER($Power, 'more than', 1000)) > 3",
        "COUNT(FILTER($Power, '>', 1000)) > 3",
    ),
    Code(
        "bad-pattern",
        "error",
        "A pattern after | cannot be read.",
        "Patterns of numbers are made of # and 0 with a comma for thousands and a point for decimals, always in this spelling: "
        "the reader's language decides what is shown. Patterns of times are letters such as HH:mm; "
        "other words in them are quoted.",
        "\"At \" + now | 'HH:mm Uhr'",
        '"At " + now | "HH:mm \'Uhr\'"',
        "message",
    ),
)
