package commands

var trueSpec = spec{name: "true", run: func(*cmd) int { return 0 }, help: `
Do nothing, with success.`}

var falseSpec = spec{name: "false", run: func(*cmd) int { return 1 }, help: `
Do nothing, without success.`}
