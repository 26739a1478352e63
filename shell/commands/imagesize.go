package commands

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// The heads of pictures are read here and not by Go's packages, which would bring the decoders
// of three formats into the kernel for six numbers; the browser decodes.

var (
	errNoImage  = errors.New("it is no PNG, JPEG or GIF")
	errCutShort = errors.New("it is cut short")
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
		if !bytes.Contains(data[max(24, len(data)-1024):], []byte("IEND")) {
			err = errCutShort
		}
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		if len(data) < 10 {
			return "GIF", 0, 0, errCutShort
		}
		kind, width, height = "GIF", int(le.Uint16(data[6:])), int(le.Uint16(data[8:]))
		if bytes.LastIndexByte(data[max(10, len(data)-1024):], 0x3b) < 0 {
			err = errCutShort
		}
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

// jpegSize goes from marker to marker up to the frame's head (ITU T.81, section B.2.2).
func jpegSize(data []byte) (width, height int, err error) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return 0, 0, errors.New("it is damaged")
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
			return 0, 0, errors.New("it is damaged")
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
