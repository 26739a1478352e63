package main

import (
	"strings"
	"testing"
)

func TestAllowedStyles(t *testing.T) {
	const attribute = "_addStyle(t,e){t.setAttribute(\"style\",`${t.getAttribute(\"style\")||\"\"}${e};`)}next(){}"
	const element = `a=this._document.createElement("style");`
	known := strings.Repeat(element, 3) + attribute
	got, err := allowedStyles(known)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("a=bushelStyleElement();", 3) + "_addStyle(t,e){bushelAddStyle(t,e)}next(){}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, script := range map[string]string{
		"one element more": known + element,
		"no attribute":     strings.Repeat(element, 3),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := allowedStyles(script); err == nil {
				t.Error("there is no error")
			}
		})
	}
}
