package bus

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Service is a set of methods under one name, "service/major", or the methods of an
// object. It is what generated code makes of an implementation.
type Service struct {
	// Name is such as "os.time/1".
	Name string
	// Methods are the methods with their full names.
	Methods []MethodHandler
	// Description is a JSON object that describes the service; see SPEC.md, section
	// "Descriptions". Empty is an object with the name and the methods' names.
	Description string
}

// MethodHandler is a method and what serves it.
type MethodHandler struct {
	Name    string // the full name, such as "os.time/1.Sleep"
	Handler Handler
}

// Server is a [Handler] that hands each call to the handler of its method, and answers
// [MethodDescribe] and [MethodPing] itself. Its methods may be used by several
// goroutines at once.
type Server struct {
	mu       sync.RWMutex
	methods  map[Method]Handler
	services map[string]*served // by name
}

// served is what is told of a service: its own description, or the names of methods.
type served struct {
	description string
	methods     []string
}

// NewServer is a server of the given services.
func NewServer(services ...*Service) *Server {
	s := &Server{methods: make(map[Method]Handler), services: make(map[string]*served)}
	for _, svc := range services {
		s.Register(svc)
	}
	return s
}

// Register adds the methods of svc; those that were there by the same names are
// replaced.
func (s *Server) Register(svc *Service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range svc.Methods {
		s.methods[MethodOf(m.Name)] = m.Handler
	}
	d := s.served(svc.Name)
	d.description = svc.Description
	for _, m := range svc.Methods {
		d.add(m.Name)
	}
}

// served finds or makes what is told of the service name. The lock is held.
func (s *Server) served(name string) *served {
	d := s.services[name]
	if d == nil {
		d = new(served)
		s.services[name] = d
	}
	return d
}

func (d *served) add(method string) {
	if !slices.Contains(d.methods, method) {
		d.methods = append(d.methods, method)
	}
}

// Handle adds one method by its full name, without a description of its own.
func (s *Server) Handle(name string, h Handler) {
	service := name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		service = name[:i]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.methods[MethodOf(name)] = h
	s.served(service).add(name)
}

// Func adds one method whose calls run on goroutines of their own.
func (s *Server) Func(name string, fn func(ctx context.Context, in *Incoming) error) {
	s.Handle(name, Go(fn))
}

// Serves reports whether there is a handler of the method m.
func (s *Server) Serves(m Method) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.methods[m] != nil || m == MethodDescribe || m == MethodPing
}

// describeNames is the description of a service that has none.
func describeNames(service string, names []string) string {
	var b strings.Builder
	b.WriteString(`{"name":` + quote(service) + `,"methods":[`)
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		short := strings.TrimPrefix(name, service+".")
		b.WriteString(`{"name":` + quote(short) + `,"id":"` + MethodOf(name).String() + `"}`)
	}
	b.WriteString("]}")
	return b.String()
}

// quote is s as a JSON string; names are plain text.
func quote(s string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20:
			b.WriteString(`\u00`)
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&15])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Describe is the description of what the server serves: a JSON object whose member
// "services" lists the services by name.
func (s *Server) Describe() []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := []byte(`{"services":[`)
	for i, name := range slices.Sorted(maps.Keys(s.services)) {
		if i > 0 {
			b = append(b, ',')
		}
		if d := s.services[name]; d.description != "" {
			b = append(b, d.description...)
		} else {
			b = append(b, describeNames(name, d.methods)...)
		}
	}
	return append(b, "]}"...)
}

// ServeBus implements [Handler].
func (s *Server) ServeBus(in *Incoming) {
	s.mu.RLock()
	h := s.methods[in.method]
	s.mu.RUnlock()
	switch {
	case h != nil:
		h.ServeBus(in)
	case in.method == MethodDescribe:
		in.Reply(FormatJSON, s.Describe())
	case in.method == MethodPing:
		in.Reply(in.format, in.body)
	default:
		in.Fault(ErrNoMethod(in.method))
	}
}

// ErrNoMethod is the error of a call of a method that nobody serves.
func ErrNoMethod(m Method) error {
	return &Error{Code: CodeUnimplemented, Crate: CrateInvalidTopic, Message: "there is no method " + m.String()}
}
