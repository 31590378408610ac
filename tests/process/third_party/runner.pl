#!/usr/bin/env perl
# A polyfn runner in Perl's core modules, written from runners/PROTOCOL.md alone. The function is a Perl
# file whose last value is the handler, sub { my ($event, $context) = @_; … }. It returns data or, to
# stream, another sub, which gives {statusCode, headers}, then bytes again and again, then undef.
use strict; use warnings; use Encode; use JSON::PP; use MIME::Base64;
my ($json, $id, $shape, @early) = (JSON::PP->new->utf8->allow_nonref, 0);
my %shapes = (1 => qr/^auub$/, 2 => qr/^auusuubu[bn]{2}$/, 3 => qr/^auu$/, 4 => qr/^auu$/);
my %heads = qw(192 n 194 t0 195 t1 196 bC 197 bn 198 bN 204 uC 205 un 206 uN 207 uQ>
    217 sC 218 sn 219 sN 220 an 221 aN);
delete $ENV{POLYFN_FRAME_FDS};
open(my $frames, '>&', \*STDOUT) && open(STDOUT, '>&', \*STDERR) or die $!;    # prints go to the log
binmode $_ for *STDIN, $frames;

# §2: frames, and the MessagePack in them
sub give_up { print STDERR "runner.pl: @_\n"; exit 70 }
sub uint { pack 'CN', 206, $_[0] }
sub str { pack 'C N/a*', 219, encode_utf8 $_[0] }
sub bin { defined $_[0] ? pack 'C N/a*', 198, $_[0] : "\xc0" }
sub array { pack('Cn', 220, scalar @_) . join '', @_ }
sub speak { syswrite $frames, pack 'V/a*', array(uint(shift), uint(shift), @_) }
sub take { length $_[0] < $_[1] ? die "it ends in the middle\n" : substr $_[0], 0, $_[1], '' }
sub value {    # takes one value off the front of its argument, and notes its kind in $shape
    my $head = ord take($_[0], 1);
    my ($kind, $n) = $head < 0x80 ? ('u', $head) : $head < 0xa0 ? ('a', $head & 15) : ('s', $head & 31);
    if ($head >= 0xc0 || $head >= 0x80 && $head < 0x90) {
        ($kind, $n) = split //, $heads{$head} // die("it has a byte $head\n"), 2;
        $n = unpack $n, take($_[0], length pack $n, 0) if $kind =~ /[absu]/;
    }
    $shape .= $kind;
    return $n if $kind =~ /[ntu]/;
    return [map { value($_[0]) } 1 .. $n] if $kind eq 'a';
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
    $shape = '';
    my $message = eval { value($data) } // give_up("a frame is no message: $@");
    my $right = $shape =~ /^au/ && $shape =~ ($shapes{$message->[0]} // qr/^$/) && $data eq '';
    return $right ? $message : give_up('a message of an unknown type, or with wrong fields');
}

# §3: what is answered
sub fail {
    my %error = (errorType => $_[0], errorMessage => $_[1], trace => []);
    speak(23, $id, bin($json->encode(\%error)), $id ? "\xc2" : "\xc3");
    exit 1 if !$id;
}
sub head { uint($_[0]{statusCode}), array(map { str($_) } %{$_[0]{headers} // {}}) }
sub is_response {    # the plainest ones: every other value goes out whole
    my ($value, $headers) = ($_[0], ref $_[0] eq 'HASH' ? $_[0]{headers} // {} : undef);
    return if ref $headers ne 'HASH' || grep { ref || !defined } values %$headers, $value->{body} // '';
    return if grep { !/^(statusCode|headers|body)$/ } keys %$value;
    return $json->encode($value->{statusCode}) =~ /^\d{1,9}$/;
}
sub is_cancelled {
    while (select(my $ready = "\1", undef, undef, 0)) {    # there is something on fd 0
        my $message = hear();
        return 1 if $message->[0] == 3 && $message->[1] == $id;
        push @early, $message;
    }
}
sub stream {
    my $next = shift;
    speak(20, $id, head($next->()));
    while (defined(my $data = $next->())) { last if is_cancelled(); speak(21, $id, bin($data)) }
    speak(22, $id);
}
sub invoke {
    my ($handler, $request_id, $remaining_ms, $want, $event, $kind, $body) = ($_[0], @{$_[1]}[2 .. 7]);
    my $value = $json->decode($event);
    @$value{qw(body isBase64Encoded)} = (decode_utf8($body), JSON::PP::false) if $kind == 1;
    @$value{qw(body isBase64Encoded)} = (encode_base64($body, ''), JSON::PP::true) if $kind == 2;
    $value = $handler->($value, {request_id => $request_id, remaining_ms => $remaining_ms});
    return stream($value) if ref $value eq 'CODE';
    return speak(19, $id, bin($json->encode($value))) if !$want || !is_response($value);
    speak(18, $id, head($value), bin(defined $value->{body} ? encode_utf8 $value->{body} : undef), "\xc2");
}

# §4: the conversation
my %hello = (protocol => 1, runtime => 'perl', runtime_version => "$]", runner_version => '1');
speak(16, 0, bin($json->encode(\%hello)));
my $load = hear();
exit 0 if $load->[0] == 4;
my $spec = $load->[0] == 1 ? $json->decode($load->[2]) : give_up('LOAD must come first');
fail('Runner.ProtocolMismatch', "this runner speaks 1, not $spec->{protocol}") if $spec->{protocol} != 1;
%ENV = %{$spec->{env}};
chdir $spec->{cwd};
$SIG{__WARN__} = sub { speak(24, $id, uint(2), str('warn'), str($_[0])) };
my $handler = do $spec->{main_file};
fail($@ ? 'Runtime.ImportModuleError' : 'Runtime.HandlerNotFound', $@ || 'no sub') if ref $handler ne 'CODE';
speak(17, 0, bin('{"init_ms":0}'));
while (my $message = shift(@early) // hear()) {
    exit 0 if $message->[0] == 4;
    give_up('LOAD came twice') if $message->[0] == 1;
    next if $message->[0] == 3;
    $id = $message->[1];
    eval { invoke($handler, $message); 1 } or fail(ref $@ || 'Error', "$@");
    $id = 0;
}
