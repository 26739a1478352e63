package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// mostTag is the longest tag that is skipped, in bytes.
const mostTag = 16 << 20

// tagHead is the length of a tag's head.
const tagHead = 10

// tagSize is the length of the ID3 tag that data begins with, by its head; 0 if there is none
// (ID3 tag version 2.4.0, section 3.1).
func tagSize(head []byte) (int, error) {
	if len(head) < tagHead || string(head[:3]) != "ID3" {
		return 0, nil
	}
	size := 0
	for _, b := range head[6:tagHead] {
		if b > 127 {
			return 0, fmt.Errorf("its ID3 tag has no length")
		}
		size = size<<7 | int(b)
	}
	size += tagHead
	if head[5]&0x10 != 0 {
		size += tagHead // its foot
	}
	if size > mostTag {
		return 0, fmt.Errorf("its ID3 tag claims %d bytes, which is too long", size)
	}
	return size, nil
}

// tagTitle is who plays what, as a tag has it; empty if it does not say. It can be printed.
func tagTitle(tag []byte) string {
	if len(tag) < tagHead || tag[3] < 2 || tag[3] > 4 {
		return ""
	}
	version, artist, title := tag[3], "", ""
	idLength, headLength := 4, 10
	if version == 2 {
		idLength, headLength = 3, 6
	}
	for at := tagHead; at+headLength <= len(tag) && tag[at] != 0; {
		head := tag[at : at+headLength]
		size := frameLength(version, head)
		at += headLength
		if size < 0 || size > len(tag)-at {
			break
		}
		switch string(head[:idLength]) {
		case "TIT2", "TT2":
			title = tagText(tag[at : at+size])
		case "TPE1", "TP1":
			artist = tagText(tag[at : at+size])
		}
		at += size
	}
	if artist != "" && title != "" {
		return artist + " – " + title
	}
	return artist + title
}

// frameLength is the length of a tag's frame without its head.
func frameLength(version byte, head []byte) int {
	bits, digits := 8, head[4:]
	switch version {
	case 2:
		digits = head[3:6]
	case 3:
		digits = head[4:8]
	case 4:
		bits, digits = 7, head[4:8]
	}
	size := 0
	for _, b := range digits {
		size = size<<bits | int(b)
	}
	return size
}

// tagText is the text of a frame, its first byte telling how it is written.
func tagText(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	kind, b := b[0], b[1:]
	var text string
	switch kind {
	case 0: // ISO 8859-1
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		text = string(runes)
	case 1, 2: // UTF-16
		big := kind == 2 || bytes.HasPrefix(b, []byte{0xfe, 0xff})
		units := make([]uint16, 0, len(b)/2)
		for i := 0; i+1 < len(b); i += 2 {
			hi, lo := b[i+1], b[i]
			if big {
				hi, lo = lo, hi
			}
			units = append(units, uint16(hi)<<8|uint16(lo))
		}
		text = string(utf16.Decode(units))
	default:
		text = strings.ToValidUTF8(string(b), "")
	}
	text, _, _ = strings.Cut(text, "\x00")
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > 100 {
		text = string(runes[:100])
	}
	return strings.TrimSpace(text)
}
