package busport

// breath is after how many polls that found news at once one lets the worker look at what has
// arrived, which is no earlier than the guest waits for something: a guest that makes a call again
// and again, since it is refused at once, would wait never and not hear that there is room.
const breath = 64

// Finds counts the polls of a guest that found news at once, one after another. The ABI that has
// it guards it with its own lock.
type Finds int

// Breathes counts a poll, which found news or not, and reports whether the worker is to look at
// what has arrived before it is answered.
func (f *Finds) Breathes(news bool) bool {
	if !news {
		*f = 0
		return false
	}
	*f++
	return *f%breath == 0
}
