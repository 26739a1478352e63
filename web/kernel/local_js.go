package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/localfs"
	"github.com/bushel-wasm/bushel/web/storage"
)

// The folder is picked by web/ts/local.ts.

// openLocal has the user pick a folder. m.Source is what the button says.
func openLocal(ctx context.Context, m *kernel.Mount) (vfs.FS, error) {
	talk := thePage.Open("local")
	defer talk.Close()
	question, err := json.Marshal(map[string]any{"name": m.Source, "write": !m.ReadOnly})
	if err != nil {
		return nil, err
	}
	talk.Send(question)
	msg, err := talk.Recv(ctx)
	if errors.Is(err, io.EOF) {
		err = errno.Faultf(errno.EIO, "the page has ended it")
	}
	if err != nil {
		return nil, err
	}
	var answer struct {
		Folder uint32
		Error  string
	}
	if err := json.Unmarshal(msg, &answer); err != nil || answer.Folder == 0 && answer.Error == "" {
		return nil, errno.Faultf(errno.EIO, "the page sent what makes no sense")
	}
	if answer.Error != "" {
		return nil, errno.Faultf(errno.ECANCELED, "%s", answer.Error)
	}
	return localfs.New(storage.Folder(answer.Folder)), nil
}
