// yaml-oracle reads manifests as the Kubernetes API server does and says what it read.
//
// The server turns YAML into JSON with sigs.k8s.io/yaml and decodes JSON with sigs.k8s.io/json, where a
// whole number is an int64 and every other number a float64. This program does the same, and nothing else, so
// that the reader and the writer in gatewright/manifest can be held against it.
//
// Standard input is a sequence of requests, "<mode> <length>\n<length bytes>", mode being "yaml" (strict: an equal
// key is an error), "lenient" (the server without field validation) or "json" (strict). Each is answered by one
// line: {"value":…} or {"error":"…"}. A float64 is always written with a point or an exponent, so that the
// reader of the answer can tell it from an int64.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

type answer struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var mode string
		var length int
		if _, err := fmt.Fscanf(in, "%s %d\n", &mode, &length); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fatal("a request is \"<mode> <length>\": " + err.Error())
		}
		document := make([]byte, length)
		if _, err := io.ReadFull(in, document); err != nil {
			fatal("a request ended early: " + err.Error())
		}
		reply := answer{}
		if value, err := read(mode, document); err != nil {
			reply.Error = err.Error()
		} else {
			reply.Value = marked(value)
		}
		if err := encoder.Encode(reply); err != nil {
			fatal(err.Error())
		}
		if in.Buffered() == 0 {
			out.Flush() // whoever asks one at a time waits for this
		}
	}
}

func read(mode string, document []byte) (any, error) {
	var err error
	switch mode {
	case "yaml":
		document, err = yaml.YAMLToJSONStrict(document)
	case "lenient":
		document, err = yaml.YAMLToJSON(document)
	case "json":
	default:
		fatal("unknown mode " + mode)
	}
	if err != nil {
		return nil, err
	}
	var value any
	strict, err := kjson.UnmarshalStrict(document, &value)
	if err != nil {
		return nil, err
	}
	return value, errors.Join(strict...)
}

// marked writes floats with a point or an exponent, all else as it is.
func marked(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = marked(item)
		}
	case []any:
		for i, item := range value {
			value[i] = marked(item)
		}
	case float64:
		text := strconv.FormatFloat(value, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return json.RawMessage(text)
	}
	return value
}

func fatal(message string) {
	fmt.Fprintln(os.Stderr, "yaml-oracle: "+message)
	os.Exit(2)
}
