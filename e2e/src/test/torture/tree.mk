# A small tree with pattern rules, a recursive make, functions and a failing command that is ignored.
names := $(shell seq 1 6)
all: $(names:%=out%) sub
	@cat $(sort $(names:%=out%)) | cksum
out%:
	@seq 1 $*00 | sort -r >$@
sub:
	@$(MAKE) -s -f $(firstword $(MAKEFILE_LIST)) inner
	-@false 2>/dev/null
inner:
	@echo 'inner $(words $(names)) $(patsubst %,(%),$(wordlist 2,3,$(names)))'
.PHONY: all sub inner
