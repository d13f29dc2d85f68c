use strict;
use warnings;
use POSIX ();
use List::Util qw(sum reduce);

my @numbers = map { ($_ * 7919) % 10007 } 1 .. 4000;
my @sorted = sort { $a <=> $b } @numbers;
for my $i (1 .. $#sorted) {
    die "not sorted at $i" if $sorted[$i - 1] > $sorted[$i];
}
my ($caught, %words) = (0);
for my $i (1 .. 300) {
    eval { die { code => $i } if $i % 3 == 0; 1 } or $caught += $@->{code};
    $words{$_}++ for split / /, "the quick brown fox jumps $i";
}
local $SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; select undef, undef, undef, 30; 1 } or print "signal: $@";
my $child = fork();
if ($child == 0) {
    POSIX::_exit(scalar(@sorted) % 100 + 5);
}
waitpid $child, 0;
my $text = join ',', map { sprintf '%03d', $_ } grep { /7$/ } @sorted[0 .. 300];
$text =~ s/(\d)(\d)(\d)/$3$2$1/g;
printf "%d %d %d %.6f %s %d\n", sum(@sorted), $caught, scalar(keys %words), sin(1), substr($text, 0, 40), $? >> 8;
print `echo from a shell`, (reduce { $a . $b } 'a' .. 'e'), "\n";
exit 3;
