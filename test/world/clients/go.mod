module spacetail/test/world/clients

go 1.26.6
