package commands

import (
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var touchSpec = spec{name: "touch", synopsis: "[OPTION]... FILE...", run: runTouch, help: `
Set the times of files to now; make those that are missing.
  -a  only the time of access    -m  only that of modification
  -c, --no-create        make nothing
  -d, --date=TEXT        this time instead of now
  -t [[CC]YY]MMDDhhmm[.ss]
  -r, --reference=FILE   the times of FILE
  -h, --no-dereference   links themselves`}

func runTouch(c *cmd) int {
	f := c.flags()
	var access, mod, noCreate, nofollow bool
	var date, stamp, reference string
	f.bool(&access, "a")
	f.bool(&mod, "m")
	f.bool(&noCreate, "c|no-create")
	f.str(&date, "d|date")
	f.str(&stamp, "t")
	f.str(&reference, "r|reference")
	f.bool(&nofollow, "h|no-dereference")
	f.ignore("f")
	args := f.parse()
	if len(args) == 0 {
		c.usageError(1, "missing file operand")
	}
	attr := sys.SetAttr{Set: sys.AttrAtimeNow | sys.AttrMtimeNow}
	set := func(a, m int64) {
		attr = sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtime, Atime: a, Mtime: m}
	}
	switch {
	case reference != "":
		st, err := c.fs.Stat(reference)
		if err != nil {
			c.fail(1, "%s: %s", reference, reason(err))
		}
		set(st.Atime, st.Mtime)
	case date != "":
		t, err := parseDate(date, time.Now().In(c.zone()))
		if err != nil {
			c.fail(1, "invalid date format '%s'", date)
		}
		set(t.UnixNano(), t.UnixNano())
	case stamp != "":
		t, err := parseStamp(stamp, time.Now().In(c.zone()))
		if err != nil {
			c.fail(1, "invalid date format '%s'", stamp)
		}
		set(t.UnixNano(), t.UnixNano())
	}
	if access != mod {
		if access {
			attr.Set &^= sys.AttrMtime | sys.AttrMtimeNow
		} else {
			attr.Set &^= sys.AttrAtime | sys.AttrAtimeNow
		}
	}
	at := sys.AtFlag(0)
	if nofollow {
		at = sys.AtNoFollow
	}
	for _, name := range args {
		err := c.fs.SetAttr(name, attr, at)
		if isErrno(err, errno.ENOENT) {
			if noCreate {
				continue
			}
			var fd int
			if fd, err = c.fs.Open(name, sys.OWrite|sys.OCreate, 0o666); err == nil {
				err = c.fs.FsetAttr(fd, attr)
				c.fs.Close(fd)
			}
		}
		if err != nil {
			c.fileError(name, err)
		}
	}
	return 0
}

// parseStamp reads touch -t's [[CC]YY]MMDDhhmm[.ss].
func parseStamp(s string, now time.Time) (time.Time, error) {
	layout := map[int]string{8: "01021504", 10: "0601021504", 12: "200601021504",
		11: "01021504.05", 13: "0601021504.05", 15: "200601021504.05"}[len(s)]
	if layout == "" {
		return now, badArg("invalid date")
	}
	t, err := time.ParseInLocation(layout, s, now.Location())
	if err == nil && t.Year() == 0 {
		t = t.AddDate(now.Year(), 0, 0)
	}
	return t, err
}
