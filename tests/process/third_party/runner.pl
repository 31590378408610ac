#!/usr/bin/env perl
# A polyfn runner in Perl's core modules, written from runners/PROTOCOL.md alone. The function is a
# Perl file whose last value is the handler: sub { my ($event, $context) = @_; … }. It returns data
# or, to stream, another sub: that gives the head first ({statusCode, headers}), then bytes, then undef.
use strict; use warnings; use JSON::PP; use MIME::Base64; use Encode qw(encode_utf8);
my ($json, $id, %cancelled, @early) = (JSON::PP->new->utf8->allow_nonref, 0);
delete $ENV{POLYFN_FRAME_FDS};
open(my $frames, '>&', \*STDOUT) && open(STDOUT, '>&', \*STDERR) or die $!;  # prints go to the log
binmode $_ for *STDIN, $frames;
STDERR->autoflush, STDOUT->autoflush;
sub give_up { print STDERR "runner.pl: $_[0]\n"; exit 70 }

# MessagePack and frames (§2)
sub uint { my $n = shift; $n < 128 ? pack('C', $n) : $n < 65536 ? pack('Cn', 0xcd, $n) : pack('CN', 0xce, $n) }
sub str { my $s = encode_utf8 shift; length $s < 32 ? pack('C/a', $s) | "\xa0" : pack('CN', 0xdb, length $s) . $s }
sub bin { defined $_[0] ? pack('CN', 0xc6, length $_[0]) . $_[0] : "\xc0" }
sub bool { $_[0] ? "\xc3" : "\xc2" }
sub array { pack('Cn', 0xdc, scalar @_) . join '', @_ }
sub say_frame { my $p = array(map { ref ? $$_ : uint $_ } @_); syswrite $frames, pack('V', length $p) . $p }
sub read_exactly { my ($n, $data) = (shift, ''); while (length $data < $n) { sysread(STDIN, $data, $n - length $data, length $data) or exit 0 } $data }
my %width = (0xcc => 'C', 0xcd => 'n', 0xce => 'N', 0xcf => 'Q>', 0xc4 => 'C', 0xc5 => 'n', 0xc6 => 'N', 0xd9 => 'C', 0xda => 'n', 0xdb => 'N', 0xdc => 'n', 0xdd => 'N');
sub item {  # takes one value off the front of $_[0]
    my $h = unpack 'C', substr $_[0], 0, 1, '';
    return $h if $h < 0x80;
    return undef if $h == 0xc0;
    return $h == 0xc3 if $h == 0xc2 || $h == 0xc3;
    my $n = $h < 0xa0 ? $h & 15 : $h < 0xc0 ? $h & 31 : unpack($width{$h} // die("byte $h\n"), substr $_[0], 0, length pack($width{$h}, 0), '');
    return $n if $h >= 0xcc && $h <= 0xcf;
    return [map { item($_[0]) } 1 .. $n] if $h < 0xa0 || $h >= 0xdc;
    length $_[0] >= $n or die "half a string\n";
    return substr $_[0], 0, $n, '';
}
sub next_message {
    my $size = unpack 'V', read_exactly(4);
    give_up("a frame of $size bytes") if $size < 1 || $size > 64 << 20;
    my $payload = read_exactly($size);
    my $m = eval { unpack('C', $payload) =~ /^(14[4-9]|15\d|22[01])$/ ? item($payload) : die "no array\n" };
    my $wanted = $m && {1 => 3, 2 => 9, 3 => 2, 4 => 2}->{$m->[0] // 0};
    give_up('not a message: ' . ($@ || "wrong type, fields or length\n")) if !$wanted || @$m != $wanted || length $payload;
    return $m;
}

# What is said (§3)
sub failure { my ($type, $text, $fatal) = @_; chomp $text; say_frame(23, $id, \bin($json->encode({errorType => $type, errorMessage => $text, trace => []})), \bool($fatal)) }
sub log_line { say_frame(24, $id, $_[0], \str($_[1]), \str($_[2])) }
sub flat { my $h = shift // {}; array(map { (str($_), str(ref $h->{$_} ? $json->encode($h->{$_}) : $h->{$_})) } sort keys %$h) }
sub is_response { my $v = shift; ref $v eq 'HASH' && $json->encode($v->{statusCode}) =~ /^\d{1,9}$/ && !grep !/^(statusCode|headers|body)$/, keys %$v }
sub stream {
    my $next = shift;
    my $head = $next->();
    say_frame(20, $id, $head->{statusCode}, \flat($head->{headers}));
    while (defined(my $data = $next->())) {
        while (select(my $ready = "\1", undef, undef, 0)) { my $m = next_message(); $m->[0] == 3 ? $cancelled{$m->[1]} = 1 : push @early, $m }
        last if delete $cancelled{$id};
        say_frame(21, $id, \bin($data)) if length $data;
    }
    say_frame(22, $id);
}
sub invoke {
    my ($handler, undef, undef, $request_id, $remaining_ms, $want, $event, $kind, $body, $extras) = (shift, @{$_[0]});
    $event = $json->decode($event);
    ($event->{body}, $event->{isBase64Encoded}) = $kind == 1 ? (Encode::decode_utf8($body), JSON::PP::false) : (encode_base64($body, ''), JSON::PP::true) if $kind;
    my $value = $handler->($event, {request_id => Encode::decode_utf8($request_id), remaining_ms => $remaining_ms, %{$json->decode($extras // '{}')}});
    return stream($value) if ref $value eq 'CODE';
    return say_frame(19, $id, \bin($json->encode($value))) unless $want && is_response($value);
    say_frame(18, $id, $value->{statusCode}, \flat($value->{headers}), \bin(defined $value->{body} ? encode_utf8 $value->{body} : undef), \bool(0));
}

# The conversation (§4)
say_frame(16, 0, \bin($json->encode({protocol => 1, runtime => 'perl', runtime_version => "$^V", runner_version => '1'})));
my $load = next_message();
exit 0 if $load->[0] == 4;
my $spec = $load->[0] == 1 ? $json->decode($load->[2]) : give_up('LOAD must come first');
if ($spec->{protocol} != 1) { failure('Runner.ProtocolMismatch', "protocol $spec->{protocol}, not 1", 1); exit 1 }
(%ENV, $SIG{__WARN__}) = (%{$spec->{env}}); chdir $spec->{cwd};
$SIG{__WARN__} = sub { log_line(2, 'warn', $_[0]) };
my $handler = do $spec->{main_file};
if (ref $handler ne 'CODE') { failure($@ ? 'Runtime.ImportModuleError' : 'Runtime.HandlerNotFound', $@ || "$spec->{main_file} gives no sub", 1); exit 1 }
say_frame(17, 0, \bin('{"init_ms":0}'));
while (1) {
    my $m = shift(@early) // next_message();
    exit 0 if $m->[0] == 4;
    next if $m->[0] == 3;
    give_up('LOAD came twice') if $m->[0] == 1;
    $id = $m->[1];
    eval { invoke($handler, $m); 1 } or failure(ref $@ || 'Error', "$@", 0);
    $id = 0;
}
