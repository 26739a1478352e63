package paced

// long is the length from which a list is moved in pieces, of the length piece.
const (
	long  = 32 << 10
	piece = 4 << 10
)

// Append is append, but moves a long list to a larger array in pieces. list is not to be
// used any more. A list that is never long needs no work.
func Append[T any](list []T, elem T, work Work) []T {
	if len(list) < cap(list) || len(list) < long {
		return append(list, elem)
	}
	return append(moved(list, 2*len(list), work), elem)
}

// Clone is a copy of list, nil if that is.
func Clone[T any](list []T, work Work) []T {
	if list == nil {
		return nil
	}
	return moved(list, len(list), work)
}

func moved[T any](list []T, capacity int, work Work) []T {
	to := make([]T, 0, capacity)
	for at := 0; at < len(list); at += piece {
		part := list[at:min(at+piece, len(list))]
		to = append(to, part...)
		work(len(part) / 4)
	}
	return to
}
