package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

const (
	maxVolume  = 400 // percent
	volumeStep = 5
	seekStep   = 5 // seconds
	redraw     = 200 * time.Millisecond
	longBreath = 20 * time.Millisecond
)

// player plays a song.
type player struct {
	song   *song
	volume int
	quiet  bool

	conn   *bus.Conn
	screen *terminal
	paused bool
	warned bool

	out    *sound
	from   int64      // the frame of the song that out began with
	fed    chan error // how the feeding of out has ended
	over   chan error // how out has been drained, once it is fed
	played int64      // of out
}

// run plays to the end, or until the user wants no more.
func (p *player) run(ctx context.Context) (err error) {
	if p.conn, err = bus.Dial(bus.Options{}); err != nil {
		return err
	}
	defer p.conn.Close(nil)
	if err := p.open(ctx); err != nil {
		return err
	}
	defer func() { p.out.s.Close() }()
	p.screen = openTerminal(ctx, p.conn)
	if p.quiet {
		p.screen.bar = false
	}
	defer p.screen.close()
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	for {
		if err := p.show(ctx); err != nil {
			return err
		}
		select {
		case key := <-p.screen.keys:
			if err := p.key(ctx, key); err != nil {
				return err
			}
		case err := <-p.fed:
			if err != nil {
				return err
			}
			out, over := p.out, make(chan error, 1)
			p.fed, p.over = nil, over
			go func() { over <- out.drain(ctx) }()
		case err := <-p.over:
			return errors.Join(err, p.show(ctx))
		case <-tick.C:
		}
	}
}

// open begins a stream from where the song is.
func (p *player) open(ctx context.Context) (err error) {
	if p.out, err = openSound(ctx, p.conn, p.song.rate); err != nil {
		return err
	}
	p.from, p.played, p.over = p.song.at, 0, nil
	if p.volume != 100 {
		err = p.out.volume(ctx, p.volume)
	}
	if p.paused && err == nil {
		err = p.out.pause(ctx, true)
	}
	p.fed = make(chan error, 1)
	go p.feed(ctx, p.out, p.fed)
	return err
}

// feed decodes as fast as the stream takes it.
func (p *player) feed(ctx context.Context, out *sound, end chan<- error) {
	pcm := out.s.Stream(0)
	_, err := io.CopyBuffer(&taker{ctx, out}, &breather{song: p.song}, make([]byte, 16<<10))
	if err == nil {
		err = pcm.CloseSend(nil)
	}
	end <- err
}

// breather reads a song, and rests when that has taken long. A program of one thread decodes
// until the stream has two seconds, which on an interpreter is a minute; who asks for keys and for how far it
// is would wait so long.
type breather struct {
	song   *song
	worked time.Duration // since the last rest
}

// Read implements io.Reader.
func (b *breather) Read(p []byte) (int, error) {
	begun := time.Now()
	n, err := b.song.Read(p)
	if b.worked += time.Since(begun); b.worked > longBreath {
		time.Sleep(b.worked / 10)
		b.worked = 0
	}
	return n, err
}

// show asks how far it is, and draws that.
func (p *player) show(ctx context.Context) error {
	st, err := p.out.state(ctx)
	if err != nil {
		return err
	}
	p.played = st.Played
	if st.Waiting && !p.warned {
		p.warned = true
		fmt.Fprint(os.Stderr, "play: the browser wants a click or a key on the page before it lets sound begin\r\n")
	}
	p.screen.show(p.song.title, st, p.song.seconds(p.from+p.played), p.song.seconds(p.song.total()), p.volume)
	return nil
}

// key does what a key asks for.
func (p *player) key(ctx context.Context, key byte) error {
	switch key {
	case keyQuit:
		return errQuit
	case keyPause:
		p.paused = !p.paused
		return p.out.pause(ctx, p.paused)
	case keyUp, keyDown:
		step := volumeStep
		if key == keyDown {
			step = -step
		}
		p.volume = max(0, min(maxVolume, p.volume+step))
		return p.out.volume(ctx, p.volume)
	case keyOn, keyBack:
		step := int64(seekStep * p.song.rate)
		if key == keyBack {
			step = -step
		}
		return p.jump(ctx, p.from+p.played+step)
	}
	return nil
}

// jump goes on elsewhere: with a new stream, since what is on its way to the ear is let go.
func (p *player) jump(ctx context.Context, to int64) error {
	if _, whole := p.song.in.whole(); !whole {
		return nil // it has not come yet
	}
	p.out.s.Close()
	if p.fed != nil {
		<-p.fed
	}
	if _, err := p.song.seek(to); err != nil {
		return err
	}
	return p.open(ctx)
}
