package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

const testRate = 44100

// tone is an MP3 file of two seconds of 440 Hz, made by lame; the test is skipped without it.
func tone(t *testing.T) []byte {
	t.Helper()
	if _, err := exec.LookPath("lame"); err != nil {
		t.Skip("lame is missing: apt-get install lame")
	}
	var raw []byte
	for i := range 2 * testRate {
		v := uint16(int16(12000 * math.Sin(2*math.Pi*440*float64(i)/testRate)))
		raw = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(raw, v), v)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "raw"), filepath.Join(dir, "mp3")
	if err := os.WriteFile(in, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("lame", "--quiet", "-r", "-s", "44.1", "--tt", "Tone", "--ta", "Test", "-b", "128", in, out)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// decode is the samples of the left, and what the song ended with.
func decode(in *intake) ([]int16, *song, error) {
	s, err := newSong(in)
	if err != nil {
		return nil, nil, err
	}
	pcm, err := io.ReadAll(s)
	if err == nil {
		err = s.short()
	}
	left := make([]int16, len(pcm)/frameSize)
	for i := range left {
		left[i] = int16(binary.LittleEndian.Uint16(pcm[i*frameSize:]))
	}
	return left, s, err
}

func TestSong(t *testing.T) {
	data := tone(t)
	whole, s, err := decode(&intake{data: data, done: true})
	if err != nil {
		t.Fatal(err)
	}
	if s.rate != testRate || s.title != "Test – Tone" {
		t.Errorf("%d Hz, %q", s.rate, s.title)
	}
	if length := s.seconds(int64(len(whole))).Seconds(); math.Abs(length-2) > 0.1 {
		t.Errorf("it is %v s long", length)
	}
	rises := 0
	for i := testRate / 2; i < testRate*3/2; i++ {
		if whole[i] < 0 && whole[i+1] >= 0 {
			rises++
		}
	}
	if rises < 438 || rises > 442 {
		t.Errorf("%d Hz, want 440", rises)
	}
	t.Run("as it comes", func(t *testing.T) {
		streamed, _, err := decode(newIntake(io.NopCloser(iotest.HalfReader(bytes.NewReader(data)))))
		if err != nil || len(streamed) != len(whole) {
			t.Fatalf("%d frames, want %d; %v", len(streamed), len(whole), err)
		}
		for i := range whole {
			if whole[i] != streamed[i] {
				t.Fatalf("frame %d is %d, want %d", i, streamed[i], whole[i])
			}
		}
	})
	t.Run("seek", func(t *testing.T) {
		for _, to := range []int64{0, testRate, testRate / 3, 1 << 40, -5} {
			if ok, err := s.seek(to); err != nil || !ok {
				t.Fatalf("to %d: %v, %v", to, ok, err)
			}
			want := max(0, min(to, s.length-testRate))
			if s.at != want {
				t.Errorf("to %d: it is at %d", to, s.at)
			}
			rest, err := io.ReadAll(s)
			if err != nil || int64(len(rest)/frameSize) != s.length-want {
				t.Errorf("from %d: %d frames of %d, %v", to, len(rest)/frameSize, s.length, err)
			}
		}
	})
	t.Run("broken off", func(t *testing.T) {
		gone := errors.New("the server broke off")
		_, _, err := decode(newIntake(io.NopCloser(io.MultiReader(bytes.NewReader(data[:len(data)/2]), iotest.ErrReader(gone)))))
		if err == nil || !strings.Contains(err.Error(), gone.Error()) {
			t.Errorf("%v", err)
		}
	})
}

func TestSong_bad(t *testing.T) {
	data := tone(t)
	noise := make([]byte, 100_000)
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	wild := append([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), data...)
	for _, test := range []struct {
		name string
		data []byte
		err  string
	}{
		{"empty", nil, "it is empty"},
		{"noise", noise, "it is no MP3"},
		{"text", []byte("text"), "it is no MP3"},
		{"a WAV file", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), "it is a WAV file, and no MP3"},
		{"half", data[:len(data)/2], "it is cut short: "},
		{"a wild tag", wild, "its ID3 tag claims 268435465 bytes, which is too long"},
		{"a tag longer than the file", []byte("ID3\x04\x00\x00\x00\x01\x00\x00more"), "its ID3 tag claims 16394 bytes, and there are 14"},
		{"a tag of no length", []byte("ID3\x04\x00\x00\xff\xff\xff\xff"), "its ID3 tag has no length"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := decode(&intake{data: test.data, done: true})
			if err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %q", err, test.err)
			}
		})
	}
	t.Run("damaged within", func(t *testing.T) {
		for at := 500; at+300 < len(data); at += 5003 {
			bad := bytes.Clone(data)
			copy(bad[at:], noise[:300])
			decode(&intake{data: bad, done: true}) // may fail, and must not panic
		}
	})
}

// FuzzTag has tags tell what can be printed, and no length that is not there.
func FuzzTag(f *testing.F) {
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x10TIT2\x00\x00\x00\x05\x00\x00\x03Tone"))
	f.Add([]byte("ID3\x03\x00\x00\x00\x00\x00\x20TPE1\x00\x00\x00\x09\x00\x00\x01\xff\xfeA\x00b\x00\x00\x00"))
	f.Add([]byte("ID3\x02\x00\x00\x00\x00\x00\x10TT2\x00\x00\x03\x00\x1b[TP1\x00\x00\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		size, err := tagSize(data)
		if err != nil {
			return
		}
		if size < 0 || size > mostTag {
			t.Errorf("%d bytes", size)
		}
		title := tagTitle(data[:min(size, len(data))])
		if strings.ContainsAny(title, "\x1b\n\r\x07") || len([]rune(title)) > 210 {
			t.Errorf("the title %q", title)
		}
		firstFrame(data)
		if h, ok := parseHeader(data); ok {
			if h.size < 20 || h.size > 2000 || h.rate < 8000 || h.samples == 0 {
				t.Errorf("%+v", h)
			}
			h.told(data)
		}
	})
}
