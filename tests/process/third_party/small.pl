#!/usr/bin/env perl
# The smallest whole runner, in Perl's core modules, from runners/PROTOCOL.md alone: it streams nothing, and
# sends every answer as VALUE. The function is a Perl file whose last value is its handler, a sub.
use strict; use warnings; use Encode; use JSON::PP; use MIME::Base64;
my ($json, $id, $shape) = (JSON::PP->new->utf8->allow_nonref, 0);
my %shapes = (1 => qr/^auub$/, 2 => qr/^auusuubu[bn]{2}$/, 3 => qr/^auu$/, 4 => qr/^auu$/);
my %heads = qw(192 n 194 t0 195 t1 196 bC 197 bn 198 bN 204 uC 205 un 206 uN 207 uQ> 217 sC 218 sn 219 sN 220 an 221 aN);
# Prints go to the log: frames keep a descriptor of their own.
delete $ENV{POLYFN_FRAME_FDS} && open(my $frames, '>&', \*STDOUT) && open(STDOUT, '>&', \*STDERR) or die $!;

# §2: frames, and the MessagePack in them
sub give_up { print STDERR "small.pl: @_\n"; exit 70 }
sub uint { pack 'CN', 206, $_[0] }
sub str { pack 'C N/a*', 219, encode_utf8 $_[0] }
sub bin { pack 'C N/a*', 198, $_[0] }
sub speak { syswrite $frames, pack 'V/a*', join '', chr(0x90 + @_), uint(shift), uint(shift), @_ }
sub take { length $_[0] < $_[1] ? die "it ends in the middle\n" : substr $_[0], 0, $_[1], '' }
sub value {    # takes one value off the front of its argument, and notes its kind in $shape
    my $head = ord take($_[0], 1);
    my ($kind, $n) = $head < 0x80 ? ('u', $head) : $head < 0xa0 ? ('a', $head & 15) : ('s', $head & 31);
    if ($head >= 0xc0 || $head >= 0x80 && $head < 0x90) {
        ($kind, $n) = split //, $heads{$head} // die("it has a byte $head\n"), 2;
        $n = unpack $n, take($_[0], length pack $n, 0) if $kind =~ /[absu]/;
    }
    $shape .= $kind;
    return $kind eq 'a' ? [map { value($_[0]) } 1 .. $n] : $n if $kind =~ /[antu]/;
    return $kind eq 'b' ? take($_[0], $n) : decode('UTF-8', take($_[0], $n), Encode::FB_CROAK);
}
sub input {
    my $data = '';
    while (length $data < $_[0]) { sysread STDIN, $data, $_[0] - length $data, length $data or exit 0 }
    return $data;
}
sub hear {
    my $size = unpack 'V', input(4);
    my $data = $size && $size <= 64 << 20 ? input($size) : give_up("a frame of $size bytes");
    my $message = eval { $shape = ''; value($data) } // give_up("a frame is no message: $@");
    my $right = $shape =~ /^au/ && $shape =~ ($shapes{$message->[0]} // qr/^$/) && $data eq '';
    return $right ? $message : give_up('a message of an unknown type, or with wrong fields');
}

# §3 and §4: the conversation
sub fail {
    my $error = $json->encode({errorType => $_[0], errorMessage => $_[1], trace => []});
    speak(23, $id, bin($error), $id ? "\xc2" : "\xc3") && $id || exit 1;
}
sub invoke {
    my ($handler, $request_id, $remaining_ms, $want, $event, $kind, $body) = ($_[0], @{$_[1]}[2 .. 7]);
    my $value = $json->decode($event);
    my @body = $kind == 1 ? (decode_utf8($body), JSON::PP::false) : (encode_base64($body // '', ''), JSON::PP::true);
    @$value{qw(body isBase64Encoded)} = @body if $kind;
    my $answer = $handler->($value, {request_id => $request_id, remaining_ms => $remaining_ms});
    speak(19, $id, bin($json->encode($answer)));
}
speak(16, 0, bin('{"protocol":1,"runtime":"perl"}'));
(my $load = hear())->[0] == 4 and exit 0;
my $spec = $load->[0] == 1 ? $json->decode($load->[2]) : give_up('LOAD must come first');
fail('Runner.ProtocolMismatch', "this runner speaks 1, not $spec->{protocol}") if $spec->{protocol} != 1;
chdir $spec->{cwd} and %ENV = %{$spec->{env}};
$SIG{__WARN__} = sub { speak(24, $id, uint(2), str('warn'), str($_[0])) };
my $handler = do $spec->{main_file};
fail($@ ? 'Runtime.ImportModuleError' : 'Runtime.HandlerNotFound', $@ || 'no sub') if ref $handler ne 'CODE';
speak(17, 0, bin('{"init_ms":0}'));
while ((my $message = hear())->[0] != 4) {
    $message->[0] == 3 ? next : $message->[0] == 1 && give_up('LOAD came twice');
    eval { invoke($handler, $message, $id = $message->[1]); 1 } or fail(ref $@ || 'Error', "$@");
    $id = 0;
}
