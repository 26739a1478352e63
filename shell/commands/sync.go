package commands

var syncSpec = spec{name: "sync", synopsis: "[FILE]...", run: runSync, help: `
Make what was written last; without FILE, that of all files.`}

func runSync(c *cmd) int {
	f := c.flags()
	f.ignore("d|f|data|file-system")
	files := f.parse()
	if len(files) == 0 {
		files = []string{"/"}
	}
	for _, name := range files {
		fd, err := c.fs.Open(name, 0, 0)
		if err == nil {
			err = c.fs.Sync(fd)
			c.fs.Close(fd)
		}
		if err != nil {
			c.fileError(name, err)
		}
	}
	return 0
}
