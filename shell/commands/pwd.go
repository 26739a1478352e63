package commands

var pwdSpec = spec{name: "pwd", synopsis: "[-LP]", run: runPwd, help: `
Print the working directory.
  -L, -P  accepted; the name without links is printed`}

func runPwd(c *cmd) int {
	f := c.flags()
	f.ignore("L|logical")
	f.ignore("P|physical")
	f.parse()
	dir, err := c.fs.Getcwd()
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	c.out.WriteString(dir + "\n")
	return 0
}
