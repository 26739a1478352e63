package bus_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// specTable is the rows of the table of SPEC.md whose head is head, by their cells.
func specTable(t *testing.T, head ...string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\n| "+strings.Join(head, " | ")+" ")
	if !ok {
		t.Fatalf("SPEC.md has no table of %q", head)
	}
	table, _, _ := strings.Cut(rest, "\n\n")
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

// numeral is a number of the page.
func numeral(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSpec_codes(t *testing.T) {
	rows := specTable(t, "Code", "Name", "Crate's number", "errors.Is")
	if len(rows) != int(bus.CodeUnauthenticated) {
		t.Errorf("%d codes", len(rows))
	}
	for _, row := range rows {
		c := bus.Code(numeral(t, row[0]))
		if c.String() != row[1] || int(c.Crate()) != numeral(t, row[2]) {
			t.Errorf("%v, the crate's %d, is written as %q", c, c.Crate(), row)
		}
	}
}

func TestSpec_numbersOfTheCrate(t *testing.T) {
	rows := specTable(t, "Crate's number", "Its name", "Code")
	if len(rows) != int(bus.CrateUnknown) {
		t.Errorf("%d numbers", len(rows))
	}
	for _, row := range rows {
		n := bus.Crate(numeral(t, row[0]))
		if n.Code().String() != row[2] {
			t.Errorf("%d, which is %v, is written as %q", n, n.Code(), row)
		}
	}
}

func TestSpec_formats(t *testing.T) {
	rows := specTable(t, "Number", "Name")
	if len(rows) != int(bus.FormatRkyv)+2 {
		t.Errorf("%d formats", len(rows))
	}
	for _, row := range rows {
		if f := bus.Format(numeral(t, row[0])); f.String() != row[1] {
			t.Errorf("%v is written as %q", f, row)
		}
	}
}

func TestSpec_kinds(t *testing.T) {
	kinds := map[string]bus.Kind{
		"Call": bus.KindCall, "Result": bus.KindResult, "Fault": bus.KindFault, "Notify": bus.KindNotify,
		"Credit": bus.KindCredit, "Close": bus.KindClose, "Data": bus.KindData, "Hello": bus.KindHello,
	}
	rows := specTable(t, "Kind", "Number", "id", "Payload", "Flags")
	if len(rows) != len(kinds) {
		t.Errorf("%d kinds", len(rows))
	}
	for _, row := range rows {
		if k, ok := kinds[row[0]]; !ok || int(k) != numeral(t, row[1]) {
			t.Errorf("%d is written as %q", k, row)
		}
	}
}

func TestSpec_limits(t *testing.T) {
	limits := map[string]int{
		"calls open at once, of one side":  bus.DefaultCalls,
		"sessions one below another":       bus.DefaultSessions,
		"calls that wait one for another":  bus.DefaultDepth,
		"streams of a call":                bus.DefaultStreams,
		"bytes of a stream without credit": bus.Window,
	}
	for _, row := range specTable(t, "What", "By default", "Who goes over it") {
		if want, ok := limits[row[0]]; ok && numeral(t, row[1]) != want {
			t.Errorf("%d is written as %q", want, row)
		}
		if row[0] == "a frame" && row[1] != strconv.Itoa(bus.DefaultFrame>>20)+" MiB" {
			t.Errorf("%d is written as %q", bus.DefaultFrame, row)
		}
		delete(limits, row[0])
	}
	if len(limits) != 0 {
		t.Errorf("not written: %v", limits)
	}
}
