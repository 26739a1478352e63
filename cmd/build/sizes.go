package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// budget is what the page may weigh, in bytes as gzip packs them. It is a
// promise to people who put the element on their pages.
var budget = map[string]int64{
	"bushel.js":   100 << 10,
	"kernel.wasm": 4 << 20,
}

// printSizes prints the length of each file of the site but the examples, plain,
// as gzip packs it, and as brotli does (by Node, which has it), and fails if
// one is over its budget.
func printSizes(w io.Writer, dir string) error {
	files, err := listFiles(dir)
	if err != nil {
		return err
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasPrefix(f, "examples/") })
	brotli := brotliSizes(dir, files)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "bytes\tgzip\tbrotli\t  file")
	var over []string
	for _, file := range files {
		raw, packed, err := fileSizes(filepath.Join(dir, file))
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%d\t%d\t%s\t  %s\n", raw, packed, brotli[file], file)
		if max, ok := budget[file]; ok && packed > max {
			over = append(over, fmt.Sprintf("%s has %d bytes with gzip, and its budget is %d", file, packed, max))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over budget: %s", strings.Join(over, "; "))
	}
	return nil
}

func fileSizes(path string) (raw, packed int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	var n counter
	z := gzip.NewWriter(&n)
	if raw, err = io.Copy(z, f); err != nil {
		return 0, 0, err
	}
	err = z.Close()
	return raw, int64(n), err
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// brotliScript prints the packed length of each file named after it. Quality 9
// is what servers use on the fly, and takes a tenth of the time of 11.
const brotliScript = `const z = require("zlib"), fs = require("fs");
for (const f of process.argv.slice(1)) {
  const b = fs.readFileSync(f);
  console.log(z.brotliCompressSync(b, {params: {[z.constants.BROTLI_PARAM_QUALITY]: 9, [z.constants.BROTLI_PARAM_LGWIN]: 24}}).length);
}`

// brotliSizes is empty where Node is missing: the figures are for reading only.
func brotliSizes(dir string, files []string) map[string]string {
	sizes := map[string]string{}
	args := []string{"-e", brotliScript, "--"}
	for _, f := range files {
		args = append(args, filepath.Join(dir, f))
	}
	out, err := exec.Command("node", args...).Output()
	lines := strings.Fields(string(out))
	if err != nil || len(lines) != len(files) {
		return sizes
	}
	for i, f := range files {
		sizes[f] = lines[i]
	}
	return sizes
}
