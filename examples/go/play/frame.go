package main

import "bytes"

// header is what the head of a frame says: ISO/IEC 11172-3 and 13818-3, section 2.4.1.3.
type header struct {
	rate    int // Hz
	size    int // bytes of the frame
	samples int // of each channel
	side    int // bytes of the side information
	kind    byte
}

var (
	bitRates1 = [...]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	bitRates2 = [...]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	rates     = [...]int{44100, 48000, 32000}
)

// parseHeader reads the head of a frame of layer III, of a bit rate that it says.
func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 || b[1]>>1&3 != 1 {
		return h, false
	}
	version, bitRate, rate, mono := b[1]>>3&3, int(b[2]>>4), int(b[2]>>2&3), b[3]>>6 == 3
	if version == 1 || bitRate == 0 || bitRate == 15 || rate == 3 {
		return h, false
	}
	h.rate, h.kind = rates[rate], b[1]&0xfe|b[2]&0x0c
	padding := int(b[2] >> 1 & 1)
	switch version {
	case 3:
		h.samples, h.side = 1152, 32
		h.size = 144*bitRates1[bitRate]*1000/h.rate + padding
		if mono {
			h.side = 17
		}
	default:
		h.rate /= map[byte]int{2: 2, 0: 4}[version]
		h.samples, h.side = 576, 17
		h.size = 72*bitRates2[bitRate]*1000/h.rate + padding
		if mono {
			h.side = 9
		}
	}
	return h, true
}

// searched is how far into a file the first frame may be.
const searched = 64 << 10

// firstFrame finds where the sound begins: a frame behind which another one of its kind
// stands, or nothing at all.
func firstFrame(data []byte) (at int, h header, ok bool) {
	for at := 0; at+4 <= len(data) && at < searched; at++ {
		h, ok := parseHeader(data[at:])
		if !ok {
			continue
		}
		if at+h.size == len(data) {
			return at, h, true
		}
		if at+h.size < len(data) {
			if next, ok := parseHeader(data[at+h.size:]); ok && next.kind == h.kind {
				return at, h, true
			}
		}
	}
	return 0, h, false
}

// told is how many frames of sound the encoder said that there are, 0 if it did not: it is in
// the first frame, which has no sound then (the tag Xing, as LAME writes it).
func (h header) told(frame []byte) int {
	at := 4 + h.side
	if len(frame) < at+12 || !bytes.Equal(frame[at:at+4], []byte("Xing")) && !bytes.Equal(frame[at:at+4], []byte("Info")) || frame[at+7]&1 == 0 {
		return 0
	}
	return int(frame[at+8])<<24 | int(frame[at+9])<<16 | int(frame[at+10])<<8 | int(frame[at+11])
}
