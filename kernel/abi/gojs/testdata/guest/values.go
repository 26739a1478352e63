//go:build js

package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"syscall/js"
	"time"
)

// caught turns a panic of syscall/js into text.
func caught(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return "none"
}

func values([]string) {
	g := js.Global()
	for _, v := range []any{nil, true, 0, -0.0, 1.5, math.NaN(), math.Inf(-1), "", "h\u00e9llo \U0001F600", "\ufeffbom", "a\x00b"} {
		w := js.ValueOf(v)
		fmt.Printf("%v %v %q\n", w.Type(), w.IsNaN(), w.String())
	}
	o := js.ValueOf(map[string]any{"a": 1, "toString": "mine", "constructor": nil, "list": []any{1, "two", nil}})
	fmt.Println(o.Get("a"), o.Get("toString"), o.Get("constructor"), o.Get("list").Length(), o.Get("list").Index(1), o.Get("none"))
	o.Delete("a")
	fmt.Println(o.Get("a").IsUndefined(), o.InstanceOf(g.Get("Object")), o.InstanceOf(g.Get("Array")))
	o.Get("list").SetIndex(5, "six")
	fmt.Println(o.Get("list").Call("join", ",").String())
	fmt.Println(g.Get("JSON").Call("stringify", o).String())

	buf := g.Get("Uint8Array").New(10)
	fmt.Println(js.CopyBytesToJS(buf, []byte("hello, world")), buf.Index(4))
	b := make([]byte, 4)
	fmt.Println(js.CopyBytesToGo(b, buf.Call("subarray", 7)), string(b[:3]))
	fmt.Println(caught(func() { js.CopyBytesToGo(b, o) }))
	fake := g.Get("Object").Call("create", g.Get("Uint8Array").Get("prototype"))
	fmt.Println(caught(func() { js.CopyBytesToGo(b, fake) }))

	fmt.Println(caught(func() { g.Call("nothing") }))
	fmt.Println(caught(func() { g.Get("Array").New(-1) }))
	fmt.Println(caught(func() { g.Get("JSON").Call("parse", "{") }) != "none")
	fmt.Println(g.Get("Math").Call("max", 3, 9, 4), g.Get("parseInt").Invoke("17px"), g.Get("Date").New(0).Call("toISOString"))
	fmt.Println(g.Get("globalThis").Equal(g), g.Get("fetch").IsUndefined(), g.Get("Function").IsUndefined(), g.Get("self").IsUndefined())
	g.Set("mine", 7)
	fmt.Println(g.Get("mine"), g.Get("Map").New().Call("set", 1, 2).Get("size"))
	e := g.Get("Error").New("first")
	e.Set("message", "second")
	e.Set("name", "Mine")
	fmt.Println(e.Call("toString"), js.Error{Value: e})
}

func funcs([]string) {
	depth := 0
	var f js.Func
	f = js.FuncOf(func(this js.Value, args []js.Value) any {
		n := args[0].Int()
		if n == 0 {
			return "bottom"
		}
		depth++
		big := make([]byte, 4096) // so that the stack moves
		big[n] = 1
		return fmt.Sprint(f.Invoke(n-1).String(), big[n])
	})
	fmt.Println(f.Invoke(50).String(), depth)

	said := js.FuncOf(func(js.Value, []js.Value) any {
		_, err := fmt.Println("printed by a function")
		return err == nil
	})
	fmt.Println(said.Invoke().Bool())

	this := js.FuncOf(func(this js.Value, args []js.Value) any { return this })
	fmt.Println(this.Invoke().IsUndefined())
	o := js.ValueOf(map[string]any{})
	o.Set("f", this)
	fmt.Println(o.Call("f").Equal(o))

	sorted := js.ValueOf([]any{3, 1, 2})
	less := js.FuncOf(func(_ js.Value, a []js.Value) any {
		done := make(chan int)
		go func() { done <- a[0].Int() - a[1].Int() }() // others run while JavaScript waits
		return <-done
	})
	fmt.Println(sorted.Call("sort", less).Call("join").String())

	released := js.FuncOf(func(js.Value, []js.Value) any { return 1 })
	v := released.Value
	released.Release()
	fmt.Println(v.Invoke().IsUndefined())

	getter := js.ValueOf(map[string]any{})
	get := js.FuncOf(func(js.Value, []js.Value) any { return grow(2000) })
	js.Global().Get("Object").Call("defineProperty", getter, "x", map[string]any{"get": get})
	fmt.Println(getter.Get("x").Int())

	wait := make(chan string)
	cb := js.FuncOf(func(_ js.Value, a []js.Value) any { wait <- a[0].String(); return nil })
	js.Global().Call("setTimeout", cb, 1, "timeout")
	fmt.Println(<-wait)
	js.Global().Call("queueMicrotask", js.FuncOf(func(js.Value, []js.Value) any { go func() { wait <- "microtask" }(); return nil }))
	fmt.Println(<-wait)
	n := 0
	var id js.Value
	id = js.Global().Call("setInterval", js.FuncOf(func(js.Value, []js.Value) any {
		if n++; n == 3 {
			js.Global().Call("clearInterval", id)
			go func() { wait <- "interval" }()
		}
		return nil
	}), 1)
	fmt.Println(<-wait)
}

func grow(n int) int {
	if n == 0 {
		return 42
	}
	var pad [64]byte
	pad[n%64] = 1
	return grow(n-1) + int(pad[(n+1)%64])
}

func promise([]string) {
	done := make(chan string)
	add := func(n int) js.Func {
		return js.FuncOf(func(_ js.Value, a []js.Value) any { return a[0].Int() + n })
	}
	js.Global().Get("Promise").Call("resolve", 1).
		Call("then", add(10)).Call("then", add(100)).
		Call("then", js.FuncOf(func(_ js.Value, a []js.Value) any {
			go func() { done <- fmt.Sprint(a[0].Int()) }()
			return nil
		}))
	fmt.Println(<-done)
	js.Global().Get("Promise").Call("reject", "no").
		Call("catch", js.FuncOf(func(_ js.Value, a []js.Value) any {
			go func() { done <- a[0].String() }()
			return nil
		}))
	fmt.Println(<-done)
	time.Sleep(time.Millisecond)
}

// forever waits for a promise that nobody resolves.
func forever([]string) {
	fmt.Println("waiting")
	done := make(chan bool)
	js.Global().Get("Promise").New(js.FuncOf(func(js.Value, []js.Value) any { return nil })).
		Call("then", js.FuncOf(func(js.Value, []js.Value) any { close(done); return nil }))
	<-done
}

// refs makes many values and lets go of them.
func refs(a []string) {
	n, _ := strconv.Atoi(a[0])
	for i := range n {
		for range 500 {
			js.Global().Get("Object").New().Set("i", i)
		}
		runtime.GC()
	}
	fmt.Println("ok")
}

func exitInFunc([]string) {
	f := js.FuncOf(func(js.Value, []js.Value) any { fmt.Println("in"); os.Exit(7); return nil })
	js.ValueOf([]any{1, 2}).Call("forEach", f)
	fmt.Println("not reached")
}

func console([]string) {
	c := js.Global().Get("console")
	c.Call("log", "text", 1, true, nil, js.ValueOf([]any{1, "a"}), js.ValueOf(map[string]any{"k": "v"}))
	c.Call("error", js.Global().Get("Error").New("bad"), js.Global().Get("Object"))
	println("built in")
}

// getter has JavaScript throw where Go expects no error.
func getter([]string) {
	o := js.ValueOf(map[string]any{})
	js.Global().Get("Object").Call("defineProperty", o, "x", map[string]any{"get": js.Global().Get("Symbol")})
	proto := js.Global().Get("Object").Call("getPrototypeOf", js.Global().Get("Object"))
	fmt.Println("before")
	proto.Get("caller")
	o.Get("x")
	fmt.Println("not reached")
}
