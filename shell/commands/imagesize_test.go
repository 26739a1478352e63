package commands

import (
	"bytes"
	"errors"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// picture is a picture of one kind.
func picture(t testing.TB, kind string, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	img := image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9)
	var err error
	switch kind {
	case "PNG":
		err = png.Encode(&b, img)
	case "GIF":
		err = gif.Encode(&b, img, nil)
	case "JPEG":
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImageSize(t *testing.T) {
	for _, kind := range []string{"PNG", "GIF", "JPEG"} {
		data := picture(t, kind, 33, 7)
		got, w, h, err := imageSize(data)
		if got != kind || w != 33 || h != 7 || err != nil {
			t.Errorf("%s: %s, %d × %d, %v", kind, got, w, h, err)
		}
		// A picture of which something is missing is never taken for a whole one of another size.
		for n := range len(data) - 1 {
			if _, w, h, err := imageSize(data[:n]); err == nil && (w != 33 || h != 7) {
				t.Errorf("%s, %d bytes of %d: %d × %d", kind, n, len(data), w, h)
			}
		}
		if _, _, _, err := imageSize(data[:len(data)/2]); !errors.Is(err, errCutShort) {
			t.Errorf("half a %s: %v", kind, err)
		}
	}
	for name, data := range map[string][]byte{"PNG": picture(t, "PNG", 33, 7), "GIF": picture(t, "GIF", 33, 7)} {
		for n := range len(data) {
			if _, _, _, err := imageSize(data[:n]); err == nil {
				t.Errorf("%d bytes of a %s of %d are whole", n, name, len(data))
			}
		}
	}
	for _, text := range []string{"", "text", "\x00asm", "RIFF1234WEBP", "\xff\xd8\xff\xe0\x00\x00", "\xff\xd8\xff\xda"} {
		if _, _, _, err := imageSize([]byte(text)); err == nil {
			t.Errorf("%q is a picture", text)
		}
	}
}

// FuzzImageSize holds the heads against what Go's own decoders read of them.
func FuzzImageSize(f *testing.F) {
	for _, kind := range []string{"PNG", "GIF", "JPEG"} {
		f.Add(picture(f, kind, 3, 5))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, w, h, err := imageSize(data)
		if err != nil {
			return
		}
		if w <= 0 || h <= 0 {
			t.Errorf("%s of %d × %d", kind, w, h)
		}
		if c, name, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && (c.Width != w || c.Height != h) {
			t.Errorf("%s of %d × %d is %s of %d × %d", kind, w, h, name, c.Width, c.Height)
		}
	})
}

// TestPNGSums damages each byte of a picture in turn: those of the chunks that are looked at are
// noticed.
func TestPNGSums(t *testing.T) {
	data := picture(t, "PNG", 33, 7)
	looked := 0
	work := func(n int) bool { looked += n; return true }
	if err := pngSums(data, work); err != nil || looked == 0 || looked > len(data) {
		t.Fatalf("%v, %d bytes of %d were looked at", err, looked, len(data))
	}
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 4
		_, _, _, err := imageSize(bad)
		if err == nil {
			err = pngSums(bad, work)
		}
		if err == nil {
			t.Errorf("byte %d of %d is other, and nobody minds", i, len(data))
		}
	}
}
