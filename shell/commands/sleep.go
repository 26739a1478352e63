package commands

import (
	"math"
	"strconv"
	"time"
)

var sleepSpec = spec{name: "sleep", synopsis: "NUMBER[smhd]...", run: runSleep, help: `
Wait for so many seconds (s, the default), minutes (m), hours (h) or days (d);
several are added.`}

func runSleep(c *cmd) int {
	f := c.flags()
	args := f.parse()
	c.operands(args, 1, -1)
	total := 0.0
	for _, s := range args {
		x, err := seconds(s)
		if err != nil {
			c.usageError(1, "invalid time interval '%s'", s)
		}
		total += x
	}
	if total > math.MaxInt64/2e9 {
		total = math.MaxInt64 / 2e9
	}
	c.sleep(time.Duration(total * 1e9))
	return 0
}

// seconds reads a number of seconds with a suffix for longer units.
func seconds(s string) (float64, error) {
	unit := 1.0
	if s != "" {
		if u, ok := map[byte]float64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[s[len(s)-1]]; ok {
			unit, s = u, s[:len(s)-1]
		}
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x < 0 || math.IsNaN(x) {
		return 0, badArg("invalid number")
	}
	return x * unit, nil
}
