package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
)

// feed sends a stream of a call to its end.
type feed func(ctx context.Context, s *bus.Session)

// busFeeds takes out of the arguments of a call what goes by streams, and looks that the
// method has the others, if its description says which it has.
func (c *cmd) busFeeds(m *busMethod, pkg string, body []byte) ([]byte, []feed) {
	if len(m.params)+len(m.results) == 0 {
		return body, nil // nothing is known of it
	}
	fields, ok := c.members(body)
	if !ok {
		return body, nil // the callee says what is wrong
	}
	var feeds []feed
	var names []string
	for _, v := range m.params {
		value, given := fields[v.Name]
		switch v.Kind {
		case desc.KindBytes, desc.KindItems:
			feeds = append(feeds, c.busFeed(m, v, value))
			delete(fields, v.Name)
		case desc.KindCallback, desc.KindObject:
			if given {
				c.fail(2, "%s is called by the callee: no value can be given for it", v.Name)
			}
			continue
		}
		names = append(names, v.Name)
	}
	for name := range fields {
		if !slices.Contains(names, name) {
			has := "none"
			if len(names) > 0 {
				has = strings.Join(names, ", ")
			}
			c.fail(2, "%s of the package %s has no parameter '%s': it has %s", m.name, pkg, name, has)
		}
	}
	if len(feeds) == 0 {
		return body, nil
	}
	return c.withMembers(fields), feeds
}

// busFeed is who sends the stream v: the value, or standard input for "-".
func (c *cmd) busFeed(m *busMethod, v desc.Var, value json.RawMessage) feed {
	var text string
	var items []json.RawMessage
	isText := json.Unmarshal(value, &text) == nil
	isList := json.Unmarshal(value, &items) == nil
	var source io.Reader
	switch {
	case text == "-":
		source = c.p.Stdin()
	case len(value) == 0:
		source = strings.NewReader("")
	case v.Kind == desc.KindBytes && isText:
		source = strings.NewReader(text)
	case v.Kind == desc.KindItems && isList:
		var lines bytes.Buffer
		for _, item := range items {
			lines.Write(append(item, '\n'))
		}
		source = &lines
	case v.Kind == desc.KindBytes:
		c.fail(2, "%s is a stream of bytes: give a text, or - for standard input", v.Name)
	default:
		c.fail(2, "%s is a stream of items: give a list, or - for JSON from standard input", v.Name)
	}
	return func(ctx context.Context, s *bus.Session) {
		st := s.Stream(v.Stream)
		var err error
		if v.Kind == desc.KindBytes {
			_, err = io.Copy(st, source)
		} else {
			err = c.sendItems(ctx, st, m.format, source)
		}
		st.CloseSend(err)
	}
}

// sendItems sends the JSON values that source has one behind another.
func (c *cmd) sendItems(ctx context.Context, st *bus.Stream, format string, source io.Reader) error {
	d := json.NewDecoder(source)
	for {
		var text json.RawMessage
		if err := d.Decode(&text); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("an item is no JSON: %v", err))
		}
		f, item, err := c.fromJSON(format, text)
		if err != nil {
			return err
		}
		if err := st.Send(ctx, f, item); err != nil {
			return err
		}
	}
}
