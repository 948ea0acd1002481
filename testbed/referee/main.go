// Command referee says how the API server reads a request: it answers with Kubernetes' own handlers,
// decoders and patches, over storage that writes down what would be stored instead of storing it.
//
// On standard input stand frames: four bytes with the length of what follows (big endian), one byte
// for the kind, and
//
//	R  four bytes with the replicas that stand there now, then the bytes of an HTTP/1.1 request
//	G  JSON {"seed", "count"}: objects of the API's types in each encoding
//
// Each is answered on standard output, in order, with four bytes of length and JSON.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/go-logr/logr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/klog/v2"
)

func main() {
	// What the server refuses it also logs; here the answer says it.
	klog.SetLogger(logr.Discard())
	utilruntime.ErrorHandlers = nil
	server, err := newServer()
	if err != nil {
		fmt.Fprintln(os.Stderr, "referee:", err)
		os.Exit(1)
	}
	if err := serve(server, bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriterSize(os.Stdout, 1<<20)); err != nil {
		fmt.Fprintln(os.Stderr, "referee:", err)
		os.Exit(1)
	}
}

func serve(server *server, in *bufio.Reader, out *bufio.Writer) error {
	for {
		// What was answered leaves before the next frame is waited for, and no sooner.
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		frame, err := readFrame(in)
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		answer, err := answerTo(server, frame)
		if err != nil {
			return err
		}
		if err := binary.Write(out, binary.BigEndian, uint32(len(answer))); err != nil {
			return err
		}
		if _, err := out.Write(answer); err != nil {
			return err
		}
	}
}

func readFrame(in *bufio.Reader) ([]byte, error) {
	var length uint32
	if err := binary.Read(in, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	frame := make([]byte, length)
	_, err := io.ReadFull(in, frame)
	return frame, err
}

func answerTo(server *server, frame []byte) ([]byte, error) {
	if len(frame) < 1 {
		return nil, fmt.Errorf("an empty frame")
	}
	switch frame[0] {
	case 'R':
		if len(frame) < 5 {
			return nil, fmt.Errorf("a frame without replicas")
		}
		live := int32(binary.BigEndian.Uint32(frame[1:5]))
		return json.Marshal(server.read(frame[5:], live))
	case 'G':
		var wanted struct {
			Seed  int64 `json:"seed"`
			Count int   `json:"count"`
		}
		if err := json.Unmarshal(frame[1:], &wanted); err != nil {
			return nil, err
		}
		samples, err := generate(wanted.Seed, wanted.Count)
		if err != nil {
			return nil, err
		}
		return json.Marshal(samples)
	}
	return nil, fmt.Errorf("a frame of kind %q", frame[0])
}
