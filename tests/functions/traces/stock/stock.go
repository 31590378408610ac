// Package stock counts articles.
package stock

// Counts is how many there are of each.
var Counts map[string]int

// Put adds one.
func Put(name string) {
	Counts[name]++
}
