package commands

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"iter"
	"slices"
)

// The heads of pictures are read here and not by Go's packages, which would bring the decoders
// of three formats into the kernel for six numbers; the browser decodes.

var (
	errNoImage  = errors.New("it is no PNG, JPEG or GIF")
	errCutShort = errors.New("it is cut short")
	errDamaged  = errors.New("it is damaged")
)

// imageSize is the kind of a picture, and its width and height in pixels.
func imageSize(data []byte) (kind string, width, height int, err error) {
	be, le := binary.BigEndian, binary.LittleEndian
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		// Portable Network Graphics, section 11.2.1: the chunk IHDR is the first.
		if len(data) < 24 || string(data[12:16]) != "IHDR" {
			return "PNG", 0, 0, errCutShort
		}
		kind, width, height = "PNG", int(be.Uint32(data[16:])), int(be.Uint32(data[20:]))
		err = pngWhole(data)
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		if len(data) < 10 {
			return "GIF", 0, 0, errCutShort
		}
		kind, width, height = "GIF", int(le.Uint16(data[6:])), int(le.Uint16(data[8:]))
		err = gifWhole(data)
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		kind = "JPEG"
		if width, height, err = jpegSize(data); err == nil && !bytes.Contains(data[max(2, len(data)-1024):], []byte("\xff\xd9")) {
			err = errCutShort
		}
	default:
		return "", 0, 0, errNoImage
	}
	if err == nil && (width == 0 || height == 0) {
		err = errors.New("it has no pixels")
	}
	return kind, width, height, err
}

// pngChunks are the chunks of a PNG with their names before and their sums behind (section 5.3),
// as far as they are there.
func pngChunks(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for at := 8; at+12 <= len(data); {
			length := int64(binary.BigEndian.Uint32(data[at:]))
			if length > int64(len(data)-at-12) || !yield(data[at+4:at+12+int(length)]) {
				return
			}
			at += 12 + int(length)
		}
	}
}

// pngWhole goes from chunk to chunk up to the last.
func pngWhole(data []byte) error {
	for chunk := range pngChunks(data) {
		if string(chunk[:4]) == "IEND" {
			return nil
		}
	}
	return errCutShort
}

// pngSums compares the sums of the chunks that make the picture, which have a capital first; of
// others a browser takes no notice. work is told how many bytes were looked at.
func pngSums(data []byte, work func(n int) bool) error {
	for chunk := range pngChunks(data) {
		if chunk[0]&0x20 != 0 {
			continue
		}
		text, sum, want := chunk[:len(chunk)-4], uint32(0), binary.BigEndian.Uint32(chunk[len(chunk)-4:])
		for part := range slices.Chunk(text, 64<<10) {
			sum = crc32.Update(sum, crc32.IEEETable, part)
			work(len(part))
		}
		if sum != want {
			return errDamaged
		}
	}
	return nil
}

// gifWhole goes from block to block up to the trailer (GIF89a, appendix B).
func gifWhole(data []byte) error {
	// table is the length of a table of colours, of which a byte of flags tells.
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	if len(data) < 13 {
		return errCutShort
	}
	at := 13 + table(data[10])
	for at < len(data) {
		switch data[at] {
		case 0x3b:
			return nil
		case 0x21: // an extension
			at += 2
		case 0x2c: // an image
			if at+10 > len(data) {
				return errCutShort
			}
			at += 10 + table(data[at+9]) + 1
		default:
			return errDamaged
		}
		for at < len(data) && data[at] != 0 {
			at += 1 + int(data[at])
		}
		at++
	}
	return errCutShort
}

// jpegSize goes from marker to marker up to the frame's head (ITU T.81, section B.2.2).
func jpegSize(data []byte) (width, height int, err error) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return 0, 0, errDamaged
		}
		marker := data[at+1]
		switch {
		case marker == 0xff: // fills
			at++
			continue
		case marker == 1, marker >= 0xd0 && marker <= 0xd8: // have no length
			at += 2
			continue
		case marker == 0xd9, marker == 0xda:
			return 0, 0, errDamaged
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
			if at+9 > len(data) {
				break
			}
			return int(binary.BigEndian.Uint16(data[at+7:])), int(binary.BigEndian.Uint16(data[at+5:])), nil
		}
		at += 2 + max(length, 2)
	}
	return 0, 0, errCutShort
}
