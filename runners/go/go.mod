module polyfn/runners/go

go 1.20
