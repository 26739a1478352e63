package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/internal/guests"
)

// buildFunc makes a guest's module if it is not there or out of date, and reports whether it
// did, as [guests.Workshop.Build] does. It ends when ctx is done.
type buildFunc func(ctx context.Context, g *guests.Guest) (built bool, err error)

// stock builds the programs of the catalogue while the site is served: those of a fresh
// checkout take minutes, which nobody waits for who wants to see the page.
type stock struct {
	b     *builder
	out   io.Writer // gets a line for each program that has been built, or cannot be
	build buildFunc
}

// fill has one program after the other built. Each is in the site and in its catalogue when
// it is ready; until then the catalogue says that it is being built. A program that cannot be built is
// told in a sentence and left out. It returns when all is done, or ctx is.
func (s *stock) fill(ctx context.Context) {
	all := guests.Packages()
	var coming []string
	for _, p := range all {
		if !s.b.has(guests.Find(p.Guest)) {
			coming = append(coming, p.Name)
		}
	}
	missing := len(coming)
	if missing > 0 {
		if !s.publish(coming) {
			return
		}
		s.sayf("building meanwhile, for install: %s", strings.Join(coming, ", "))
		// Whatever becomes of them, nobody is to wait for them afterwards.
		defer s.publish(nil)
	}
	for _, p := range all {
		begun := time.Now()
		built, err := s.build(ctx, guests.Find(p.Guest))
		if ctx.Err() != nil {
			return
		}
		wanted := slices.Contains(coming, p.Name)
		coming = slices.DeleteFunc(coming, func(name string) bool { return name == p.Name })
		if (built || wanted) && !s.publish(coming) {
			return
		}
		switch {
		case err != nil && wanted:
			s.sayf("%s is left out: %s", p.Name, sentence(err))
		case err != nil:
			s.sayf("%s stays as it was: %s", p.Name, sentence(err))
		case built:
			s.sayf("%s is ready (%.1f s)", p.Name, time.Since(begun).Seconds())
		}
	}
	if missing > 0 {
		s.sayf("that was all")
	}
}

// publish brings the site's modules and its catalogue up to date, which says that those of the
// names building are to come. It reports whether that went well, and says so if it did not.
func (s *stock) publish(building []string) bool {
	// Another build may have been here meanwhile.
	s.b.stamps = loadStamps(filepath.Join(s.b.root, "build"), s.b.out)
	err := s.b.examples()
	if err == nil {
		err = s.b.catalog(building)
	}
	if err = errors.Join(err, s.b.stamps.save()); err != nil {
		s.sayf("the catalogue cannot be written: %s", sentence(err))
	}
	return err == nil
}

func (s *stock) sayf(format string, args ...any) {
	fmt.Fprintf(s.out, "packages: "+format+"\n", args...)
}

// sentence is an error in one line, without what a command has printed before its reason.
func sentence(err error) string {
	missing, lacks := errors.AsType[*guests.MissingError](err)
	if lacks && missing.Err == nil {
		return missing.Error()
	}
	why := err.Error()
	if command, ok := errors.AsType[*guests.CommandError](err); ok {
		program, args, _ := strings.Cut(command.Command, " ")
		verb, _, _ := strings.Cut(args, " ")
		why = fmt.Sprintf("%s %s: %v", program, verb, command.Err)
		if command.Output != "" {
			why = command.Output[strings.LastIndexByte(command.Output, '\n')+1:]
		}
		if !lacks {
			return "it cannot be built: " + why
		}
	}
	if lacks {
		return missing.What + " could not be fetched: " + why
	}
	why, _, _ = strings.Cut(why, "\n")
	return why
}
