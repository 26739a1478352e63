// Command play plays MP3 files: play [-q] [-v PERCENT] [-o FILE] [FILE|URL|-]. Without an
// operand, or with -, it plays what comes by the standard input. On a terminal it shows how far
// it is, and the space bar pauses, the arrows go 5 seconds and 5 percent of the volume, q ends.
//
// It decodes by itself and plays by the service os.audio/1 of the bus; with -o it
// writes the samples to a file instead (- is the standard output): frames of 16 bits for
// the left and the right, low byte first.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

func main() {
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: play [-q] [-v PERCENT] [-o FILE] [FILE|URL|-]")
		flag.PrintDefaults()
	}
	quiet := flag.Bool("q", false, "show nothing")
	volume := flag.Int("v", 100, "how loud it is, in `percent`, to 400")
	out := flag.String("o", "", "write the samples to a `file`, - for the standard output, and play nothing")
	flag.Parse()
	switch {
	case flag.NArg() > 1:
		fmt.Fprintf(os.Stderr, "play: it plays one song, and these are %d\n", flag.NArg())
		os.Exit(2)
	case *volume < 0 || *volume > maxVolume:
		fmt.Fprintf(os.Stderr, "play: a volume of %d percent: it can be from 0 to %d\n", *volume, maxVolume)
		os.Exit(2)
	}
	what := "-"
	if flag.NArg() == 1 {
		what = flag.Arg(0)
	}
	err := play(what, *out, *volume, *quiet)
	if errors.Is(err, errQuit) {
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "play: %v\n", err)
		os.Exit(1)
	}
}

// errQuit is the end that the user has asked for.
var errQuit = errors.New("quit")

func play(what, out string, volume int, quiet bool) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in, name, err := source(ctx, what)
	if err != nil {
		return err
	}
	song, err := newSong(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if song.title == "" {
		song.title = name
	}
	if out != "" {
		err = song.write(out)
	} else {
		err = (&player{song: song, volume: volume, quiet: quiet}).run(ctx)
	}
	if err == nil {
		err = song.short()
	}
	if err != nil && !errors.Is(err, errQuit) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

// source begins to read what an operand means.
func source(ctx context.Context, what string) (in *intake, name string, err error) {
	switch {
	case what == "":
		return nil, "", fmt.Errorf("'': %w", syscall.ENOENT) // Go would say EINVAL, which says nothing
	case what == "-":
		f, err := standardInput()
		if err != nil {
			return nil, "", err
		}
		return newIntake(f), "standard input", nil
	case strings.HasPrefix(what, "http://"), strings.HasPrefix(what, "https://"):
		body, err := fetch(ctx, what)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", what, err)
		}
		return newIntake(body), path.Base(what), nil
	}
	data, err := os.ReadFile(what)
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = fmt.Errorf("%s: %w", what, e.Err)
	}
	return &intake{data: data, done: true}, path.Base(what), err
}

// write writes all samples to a file, and says how fast that was.
func (s *song) write(name string) (err error) {
	f := os.Stdout
	if name != "-" {
		if f, err = os.Create(name); err != nil {
			return err
		}
		defer f.Close()
	}
	begun := time.Now()
	w := bufio.NewWriterSize(f, 64<<10)
	n, err := io.Copy(w, s)
	if err == nil {
		err = w.Flush()
	}
	if err == nil && name != "-" {
		err = f.Close()
	}
	took, length := time.Since(begun).Seconds(), float64(n/frameSize)/float64(s.rate)
	fmt.Fprintf(os.Stderr, "%.3f s of %d Hz in %.3f s: %.1f times real time\n", length, s.rate, took, length/took)
	return err
}
