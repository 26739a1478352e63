//go:build js

package main

import (
	"fmt"
	"syscall/js"
	"time"
)

// names whose presence would be a way out.
var names = []string{
	"fetch", "XMLHttpRequest", "WebSocket", "EventSource", "indexedDB", "caches", "navigator", "Worker",
	"postMessage", "importScripts", "self", "location", "WebAssembly", "eval", "Function",
	"MessageChannel", "BroadcastChannel", "require", "module", "SharedWorker", "addEventListener",
}

// out reports whether v is, or has, what a guest must not have.
func out(v js.Value) string {
	if t := v.Type(); t != js.TypeObject && t != js.TypeFunction {
		return ""
	}
	if v.Equal(js.Global()) {
		return ""
	}
	for _, n := range names {
		if w := v.Get(n); !w.IsUndefined() && w.Type() != js.TypeString && !w.Equal(inert) {
			return n
		}
	}
	return ""
}

// inert is what every function has as its constructor.
var inert js.Value

func escape([]string) {
	g := js.Global()
	object := g.Get("Object")
	inert = object.Get("constructor")
	found := func(what string, v js.Value) {
		if n := out(v); n != "" {
			fmt.Println("ESCAPED by", what, "to", n)
		}
	}

	// Code from text, by every function's constructor.
	for _, make := range []string{"assign", "keys"} {
		c := object.Get(make).Get("constructor")
		if c.IsUndefined() {
			continue
		}
		for what, f := range map[string]func() js.Value{
			"new":    func() js.Value { return c.New("return globalThis").Invoke() },
			"invoke": func() js.Value { return c.Invoke("return globalThis").Invoke() },
			"apply":  func() js.Value { return g.Get("Reflect").Call("apply", c, nil, []any{"return globalThis"}).Invoke() },
			"construct": func() js.Value {
				return g.Get("Reflect").Call("construct", c, []any{"return globalThis"}, object).Invoke()
			},
		} {
			var v js.Value
			if r := caught(func() { v = f() }); r == "none" {
				fmt.Println("MADE CODE by", what, v.Type())
			}
		}
	}

	// Every object that properties, accessors and prototypes lead to.
	seen := g.Get("Set").New()
	reflect := g.Get("Reflect")
	count := 0
	var walk func(path string, v js.Value, depth int)
	walk = func(path string, v js.Value, depth int) {
		if t := v.Type(); t != js.TypeObject && t != js.TypeFunction || depth > 12 || seen.Call("has", v).Bool() {
			return
		}
		seen.Call("add", v)
		count++
		proto := reflect.Call("getPrototypeOf", v)
		if !proto.IsNull() {
			walk(path+".__proto__", proto, depth+1)
		}
		keys := reflect.Call("ownKeys", v)
		for i := range keys.Length() {
			d := reflect.Call("getOwnPropertyDescriptor", v, keys.Index(i))
			name := g.Get("String").Invoke(keys.Index(i)).String()
			for _, n := range names {
				if n == name && !v.Equal(g) && !d.Get("value").Equal(inert) {
					fmt.Println("REACHED", path, name)
				}
			}
			for _, part := range []string{"value", "get", "set"} {
				walk(path+"."+name, d.Get(part), depth+1)
			}
			if get := d.Get("get"); get.Type() == js.TypeFunction {
				caught(func() { found("getter of undefined "+path+"."+name, get.Invoke()) })
			}
		}
	}
	walk("global", g, 0)
	println("objects", count)
	fmt.Println("walked", count > 600)

	// The this of functions that the host calls, and what comes with them.
	done := make(chan bool, 100)
	spy := func(what string) js.Func {
		return js.FuncOf(func(this js.Value, args []js.Value) any {
			found("this of "+what, this)
			for _, a := range args {
				found("argument of "+what, a)
			}
			done <- true
			return nil
		})
	}
	g.Call("setTimeout", spy("setTimeout"), 0)
	g.Call("queueMicrotask", spy("queueMicrotask"))
	g.Get("Promise").Call("resolve", 1).Call("then", spy("then"))
	g.Get("fs").Call("stat", "/", spy("stat"))
	thenable := js.ValueOf(map[string]any{})
	thenable.Set("then", spy("thenable"))
	g.Get("Promise").Call("resolve", thenable)
	g.Get("Promise").New(spy("executor"))
	for range 6 {
		select {
		case <-done:
		case <-time.After(2 * time.Second):
			fmt.Println("a callback is missing")
		}
	}
	fmt.Println("spied")

	// Stack frames as objects.
	prepare := spy("prepareStackTrace")
	g.Get("Error").Set("prepareStackTrace", prepare)
	g.Get("Error").New("x").Get("stack")
	fmt.Println("frames", !g.Get("Error").Get("prepareStackTrace").Equal(prepare.Value))
	for _, n := range []string{"setTimeout", "setInterval"} {
		fmt.Println(n, caught(func() { g.Call(n, "globalThis.escaped = 1", 0) }) != "none")
	}
	// Arrays that are not what they seem, for the host to work on.
	trap := spy("the host's buffer")
	a := g.Get("Uint8Array").New(4)
	for _, n := range []string{"set", "subarray", "slice", "buffer", "length", "constructor"} {
		g.Get("Object").Call("defineProperty", a, n, map[string]any{"value": trap})
	}
	js.CopyBytesToJS(a, []byte("abcd"))
	js.CopyBytesToGo(make([]byte, 4), a)
	g.Get("crypto").Call("getRandomValues", a)
	g.Get("fs").Call("writeSync", 1, a, 0, 0)
	select {
	case <-done:
		fmt.Println("the host called a function in an array")
	default:
	}
	fmt.Println("end")
}

// pollute changes whatever can be changed, for the next guest to trip over.
func pollute([]string) {
	g := js.Global()
	bad := js.FuncOf(func(this js.Value, args []js.Value) any { fmt.Println("POISONED"); return nil })
	reflect := g.Get("Reflect")
	changed := 0
	for _, path := range [][]string{
		{"Array", "prototype", "push"}, {"Array", "prototype", "map"}, {"Object", "prototype", "toString"},
		{"Object", "prototype", "then"}, {"Map", "prototype", "get"}, {"Promise", "prototype", "then"},
		{"Function", "prototype", "call"}, {"String", "prototype", "startsWith"}, {"Uint8Array", "prototype", "set"},
		{"DataView", "prototype", "getUint32"}, {"TextDecoder", "prototype", "decode"}, {"Reflect", "apply"},
		{"JSON", "stringify"}, {"Symbol", "iterator"}, {"Error", "prototype", "name"}, {"RegExp", "prototype", "exec"},
		{"Object", "assign"}, {"Promise", "resolve"}, {"Math", "min"}, {"Date", "now"},
	} {
		o := g
		for _, p := range path[:len(path)-1] {
			if o = o.Get(p); o.IsUndefined() {
				break
			}
		}
		if o.IsUndefined() {
			continue
		}
		name := path[len(path)-1]
		if caught(func() {
			if reflect.Call("set", o, name, bad).Bool() {
				changed++
				fmt.Println("CHANGED", path)
			}
		}) == "none" && reflect.Call("defineProperty", o, name, map[string]any{"value": bad}).Bool() {
			fmt.Println("DEFINED", path)
		}
		if o.Call("hasOwnProperty", name).Bool() && reflect.Call("deleteProperty", o, name).Bool() {
			fmt.Println("DELETED", path)
		}
	}
	fmt.Println("changed", changed)
	// Its own things it may break, and only for itself.
	for _, n := range []string{"Array", "Object", "Uint8Array", "globalThis", "path"} {
		g.Set(n, bad)
	}
	g.Get("process").Set("cwd", bad)
	println("end")
	g.Set("fs", nil)
}
