package commands_test

// sameRows are command lines that must do the same here and with the system's tools;
// after <<< comes standard input.
const sameRows = `
cat a b
cat -n a nonl
cat -b text
cat -s text
cat -A tabs
cat -v bin
cat -A utf8
cat nofile a
cat - b <<< in\n
cat -e nonl
echo -n a b
echo hello   world
printf '%s-%d\n' a 1 b 2
printf '%5.2f|%-6s|%06d|%x|%o|%c\n' 3.14159 ab 42 255 8 xyz
printf '%b' 'a\tb\n'
printf '%s\n'
printf '%d\n' abc
printf '%d %d\n' 0x1f 010
printf '\x41\102\n'
printf '%%|%5s|%-5s|%.2s\n' a b abc
printf '%*d\n' 5 42
printf 'no newline'
printf '%e %g %G\n' 12345.678 0.00001 1e20
printf '%i %u\n' -3 3
printf "%d\n" "'A"
printf '%q\n' "a b"
printf '%s %s\n' a b c
printf '%+d % d\n' 5 5
printf '%#x %#o\n' 255 8
head -n 2 a
head -2 a b
head -n -1 a
head -c 5 a
head -c -3 a
head nofile
head -q a b
head -v a
tail -n 2 a
tail -n +2 a
tail -2 a
tail -c 6 a
tail -c +4 a
tail a b
tail -n 1 nonl
tail -n 3 <<< 1\n2\n3\n4\n5\n
tail -c 3 <<< abcdef
tail -n 0 a
wc a
wc a b nonl
wc -l a
wc -w text
wc -c utf8
wc -m utf8
wc -L text tabs utf8
wc -lw a
wc <<< a b c\n
wc -l <<< a\nb\n
wc nofile
wc bin
sort a
sort -r a
sort -n nums
sort -u dup
sort -f dup
sort -k2 fields
sort -k2n fields
sort -k 2,2n fields
sort -b -k3 fields
sort -t, -k3 csv
sort -t, -k3nr csv
sort -t, -k2,2r -k1,1 csv
sort -h sizes
sort -V vers
sort -c a
sort -C nums
sort -nr nums
sort -s -k1,1 fields
sort -g nums
sort -fu dup
sort a b
sort nofile
sort -k1.2 a
sort -k1.2,1.3 -s a
sort -M <<< MAR\nJAN\nfoo\nDEC\n
sort -d <<< b-a\nbc\nb a\n
uniq dup
uniq -c dup
uniq -d dup
uniq -u dup
uniq -i dup
uniq -ic dup
uniq -D dup
uniq -f1 <<< a x\nb x\nc y\n
uniq -s1 <<< ax\nbx\ncy\n
uniq -w1 <<< ax\nay\nb\n
grep o a
grep -v o a
grep -n o a b
grep -c o a b
grep -l two a b csv
grep -L two a b csv
grep -o 'o[a-z]' a
grep -i THE text
grep -w foo text
grep -x two a
grep -q two a
grep -q nope a
grep nope nofile
grep -s nope nofile
grep -E 'one|four' a
grep -F . text
grep -F -e one -e two a
grep 'o\(n\|u\)' a
grep '^t.*e$' a
grep -A1 two a
grep -B1 two a
grep -C1 three a b
grep -A1 -n one a b
grep -m1 t a
grep -h t a b
grep -H one a
grep -r one .
grep -r deep
grep -rl --include=*.go package .
grep -e t -e o -c a
grep 'a\{2\}' <<< aa\nab\n
grep -E 'a{2}' <<< aa\nab\n
grep '[[:digit:]]\+' csv
grep '[0-9]$' csv
grep abc bin
grep -a abc bin
grep -c '' a
grep '' a
grep -on foo text
grep -b two a
grep -E '(a|b' a
grep '*' a
grep -E 'x*' a
grep '\<fo' text
grep 'foo\b' text
grep -E '^(t|f)' a
grep -vc o a
grep -ow 'foo' text
grep -z two a
grep -xF two a
grep -nvE 'o|e' a
grep -2 three a
grep -C0 t a
sed s/o/0/ a
sed s/o/0/g a
sed -n 2p a
sed -n '2,3p' a
sed 2d a
sed '$d' a
sed '/two/d' a
sed '/two/,/three/d' a
sed -n '/two/,$p' a
sed '2!d' a
sed -n '$=' a
sed = a
sed 's/\(.\)\(.\)/\2\1/' a
sed -E 's/(.)(.)/\2\1/' a
sed 's/e/E/2' a
sed 's/[aeiou]/<&>/g' a
sed 'y/abc/xyz/' csv
sed '2a\' -e 'appended' a
sed '2a appended' a
sed '2i inserted' a
sed '2c changed' a
sed '2,3c changed' a
sed 'a end' nonl
sed 's/t/T/p' a
sed -n 's/t/T/p' a
sed 's/T/x/I' a
sed 2q a
sed '2q5' a
sed 2Q a
sed -n 'l' tabs
sed -n l bin
sed '1~2d' a
sed '2,+1d' a
sed '0,/o/d' a
sed '1,/o/d' a
sed '2,~2d' a
sed N\;s/\\n/-/ a
sed '$!N;P;D' a
sed -n '1!G;h;$p' a
sed G a
sed 'n;d' a
sed x a
sed ':a;s/^.\{1,5\}$/ &/;ta' a
sed -e :a -e '$!N;s/\n/,/;ta' a
sed '/one/{n;s/two/2/}' a
sed -s -n '$p' a b
sed -n '$p' a b
sed -i s/o/0/ a
sed -i.bak s/o/0/ a b
sed -n '/t/{=;p}' a
sed 's/a\|b/X/g' csv
sed 's/.*/\U&/' a
sed 's/\w\+/\u&/g' text
sed 's/\(o\)\(n\)*/[\1\2]/g' a
sed 'r b' a
sed '1r b' a
sed 'w out' a
sed nope a
sed 's/a' a
sed -n '2{p;q}' a
sed '/^$/d' text
sed 's/x*/-/g' a
sed 's,o,/,g' a
sed --expression=s/o/0/ a
sed -z 's/\n/,/g' a
sed 's/[/]/x/' a
sed 's/a*b*/x/2' csv
sed '1d;3d' a
sed -n '/a/I p' text
sed '$s/$/ END/' nonl
sed 'b end; s/o/0/; :end' a
sed 's/\t/TAB/g' tabs
sed 's/o/\n/g' a
sed -E 's/^(.*)$/"\1"/' a
sed 't;s/o/0/' a
sed -n '/two/!p' a
cut -d, -f2 csv
cut -d, -f1,3 csv
cut -d, -f2- csv
cut -c1-3 a
cut -c2 a
cut -b-2 a
cut -f1 tabs
cut -d' ' -f2 fields
cut -s -f2 a
cut -d, --complement -f2 csv
cut -d, -f1,2 --output-delimiter=: csv
cut -c1,3 --output-delimiter=: a
cut a
tr a-z A-Z <<< hello World\n
tr -d aeiou <<< hello\n
tr -s l <<< hello\n
tr -cd '[:alnum:]' <<< a-b c1!\n
tr '[:lower:]' '[:upper:]' <<< abc\n
tr abc x <<< aabbcc\n
tr -t abc x <<< aabbcc\n
tr '\n' ' ' <<< a\nb\n
tr -s ' ' '\n' <<< a  b\n
tr a-c '[x*]' <<< abcd\n
tr -c a-z '\n' <<< ab1cd\n
tr '\141' b <<< aab\n
tr -ds a b <<< aabbcc\n
tr z-a b <<< x
tr a
tr 'a\-z' xyz <<< a-z\n
tee out <<< hi\n
tee -a a <<< hi\n
seq 5
seq 2 5
seq 1 2 9
seq 5 1
seq 5 -2 1
seq -s, 3
seq -w 8 11
seq 0 0.5 2
seq 1.0 3
seq -f %.2f 3
seq -3 0
seq x
seq 0.1 0.1 0.5
basename /a/b/c.txt
basename /a/b/c.txt .txt
basename /
basename -a a/b c/d
basename -s .c a.c b.c
dirname /a/b/c
dirname a
dirname /
dirname a/b/ x//y
nl a
nl -ba text
nl -s: -w3 a
nl -n rz a
rev a
tac a
tac nonl
tac -s, csv
fold -w5 a
fold -w 20 -s long
fold -b -w 3 utf8
expand tabs
expand -t4 tabs
expand -i tabs
comm b b
comm nums nums
comm -12 dup dup
paste a b
paste -d, a b
paste -s a
paste -s -d, a b
paste - - <<< 1\n2\n3\n
paste -d'\n' a b
diff a a
diff a b
diff -U1 --label x --label y a b
diff -u --label x --label y a b
diff -q a b
diff -s a a
diff a nonl
diff --label x --label y -u nonl a
diff nofile a
diff -i dup dup
diff bin a
diff -r dir dir
diff empty a
cmp a b
cmp a a
cmp -s a b
cmp -l a b
cmp a nonl
cmp empty a
split -l 2 a
split -b 3 a p.
sha256sum a b
sha1sum a
md5sum a
md5sum --tag a
sha256sum -c nofile
cksum a
cksum <<< abc
base64 text
base64 -w0 text
base64 -w 10 a
base64 -d <<< aGVsbG8K
base64 -d <<< %%%
od a
od -c bin
od -An -tx1 bin
od -x bin
od -An -c -N4 a
od -t d1 bin
od -A d -t u2 bin
od -tx1z bin
od -b a
xxd bin
xxd -p a
xxd -g1 bin
xxd -i a
xxd -r -p <<< 68656c6c6f0a
xxd -l 4 a
hexdump -C bin
hexdump bin
xargs <<< a b c\n
xargs -n1 echo <<< a b c\n
xargs -I{} echo x{}y <<< a b\nc\n
xargs -0 echo <<< a\0b c\0
xargs echo < <<< 
xargs -r echo <<< 
xargs false <<< a
xargs <<< 'a b' "c d" e\\ f
xargs -n2 <<< 1 2 3 4 5\n
xargs -d, echo <<< a,b,c
xargs -L1 echo <<< a b\nc d\n
test a = a
test a = b
test -f a
test -d dir
test -e nofile
test -s empty
test 3 -gt 2
test x -gt 2
test '' 
test -n ''
test -z ''
test ! -f a
test a = a -a b = b
test a = a -o b = c
test '(' a = b ')'
[ a = a ]
test a -nt nofile
env -i A=1
env -i A=1 B=2 printenv A
printenv HOME
printenv NOPE
date -u -d @0
date -d @1700000000 +%F
date -u -d @1700000000 +%Y-%m-%dT%H:%M:%SZ
date -u -d '2024-02-29 12:34:56' +%s
date -u -d 2024-01-15T10:20:30Z +'%a %A %b %B %d %e %j %U %u %w %V %y %p %I %l %k'
date -u -d '2024-01-31 + 1 day' +%F
date -u -d '2024-03-01 yesterday' +%F
date -u -d '2024-03-10 2 weeks ago' +%F
date -u -d @0 -Is
date -u -d @0 -I
date -u -d @0 -R
date -u -d @0 --rfc-3339=seconds
date -u -d @0 +%N
date -u -d @0 '+%-d %_d %03d %^a %C %G %q %D %T %R %r %c %x %X'
date -d nonsense
date -u -d '20240115' +%F
date -u -d 'Mon, 15 Jan 2024 10:20:30 +0200' +%s
ls
ls -1
ls -a dir
ls -A dir
ls -F
ls -p
ls -d dir
ls -R
ls -r
ls a b
ls dir a
ls nofile
ls -m
ls -x -T0 -w 40
ls -C -T0 -w 40
ls -C -T0 -w 20
stat -c '%n %s %F %a %A %h' a b
yes --nope
ls -1 --group-directories-first
ls -X
ls -Q dir
find . -name '*.go'
find dir -type d
find dir -maxdepth 1 -type f -name 'x*'
find . -empty
find . -name '*.txt' -o -name '*.go'
find dir -mindepth 1 -type d
find dir ! -name '*.txt' -type f
find dir -name s -prune -o -type f -print
find dir -type f -exec echo {} +
find dir/s -type f -exec echo got {} ;
find dir -path '*s/d*'
find dir -size -2c
find dir/x.txt -size +5c
find dir -depth -name s
find dir -name y.go -delete
find nofile
find dir/x.txt -printf '%p %f %h %s %y %d\n'
find dir/s -print0
find dir '(' -name s -o -name deep ')' -a -print
find . -iname 'A'
find dir -bogus
cp a c
cp a nofile/x
cp a dir
cp dir d2
cp -r dir d2
cp a b dir
cp nofile x
cp -v a c
cp a a
cp -n a b
cp
mv a z
mv a b
mv a dir
mv -n a b
mv nofile x
mv -v a z
mv dir dir/s
rm a
rm nofile
rm -f nofile
rm dir
rm -r dir
rm -v a
rm -d dir/s
rm
mkdir d2
mkdir dir
mkdir -p d2/d3/d4
mkdir d2/d3
mkdir -p dir
mkdir -v d2
mkdir -p a
rmdir dir
rmdir nofile
touch new
touch -c new
touch a
ln a hard
ln -s a soft
ln a b
ln -sf a b
ln nofile x
readlink a
readlink -f a/..
realpath -e nofile
stat -c %s nofile
stat --printf '%n\n' a
chmod 600 a
chmod u+x,g-r a
chmod bogus a
chmod -v 600 a
truncate -s 3 a
truncate -s +3 a
mktemp XX
uname -z
which nonexistent-command
kill -l 9
kill -l KILL
kill notapid
sleep x
sleep 0
true
false
yes --nope
pwd -Z
basename
tac nofile
file -b a
gzip -c nofile
tar tf nofile
awk '{print $1}' fields
awk '{print $NF, NR, NF}' fields
awk -F, '{print $2}' csv
awk -F, 'NR>1{s+=$3} END{print s, s/3}' csv
awk '/o/{n++} END{print n}' a
awk 'BEGIN{print 1+2*3^2, 7%3, -2^2, 10/4}'
awk 'BEGIN{x["a"]=1; x["b"]=2; print length(x); delete x["a"]; print ("a" in x), ("b" in x)}'
awk 'BEGIN{print substr("hello",2,3), index("hello","l"), length("hello"), toupper("abc")}'
awk '{gsub(/o/,"0"); print}' a
awk '{sub(/[aeiou]/,"<&>"); print}' a
awk 'BEGIN{n=split("a:b:c",p,":"); for(i=1;i<=n;i++) printf "%s-", p[i]; print ""}'
awk 'BEGIN{printf "%5.2f|%-5s|%05d|%x|%c%c\n", 3.14159, "ab", 42, 255, 65, "hello"}'
awk 'function f(n){return n<2?1:n*f(n-1)} BEGIN{print f(10)}'
awk 'function g(a){a["k"]=7} BEGIN{g(z); print z["k"]}'
awk 'BEGIN{while(i<3){i++; if(i==2)continue; print i}}'
awk 'BEGIN{do{i++}while(i<5); print i}'
awk 'NR==2,NR==3' a
awk '/two/,/three/{print "r", $0}' a
awk 'END{print NR}' a b
awk 'FNR==1{print FILENAME}' a b
awk '{print > "out"} END{close("out"); while((getline l < "out")>0) print "got", l}' a
awk 'BEGIN{while((getline l < "a")>0) n++; print n}'
awk '{$2="X"; print}' fields
awk '{$5="new"; print NF, $0}' fields
awk '{NF=2; print}' fields
awk 'BEGIN{OFS="-"} {$1=$1; print}' fields
awk 'BEGIN{RS=""} {print NR": "$1}' text
awk -v x=5 'BEGIN{print x+1}'
awk '{print x}' x=1 a x=2 b
awk 'BEGIN{print match("foobar","o+"), RSTART, RLENGTH}'
awk 'BEGIN{print 1==1.0, "a"<"b", "10"<"9", 10<9}'
awk '$1==10' nums
awk '$1>9' nums
awk '{a[$1]++} END{print a["a"], a["b"]}' dup
awk '!seen[$0]++' dup
awk 'BEGIN{exit 3} END{print "end"}'
awk 'BEGIN{print length()}'
awk '{print length}' a
awk 'BEGIN{print "a" "b" 1 2}'
awk 'BEGIN{print 1 " " -1}'
awk 'BEGIN{x=1; x+=2; x*=3; print x++, ++x, x--, x}'
awk 'BEGIN{a="A"; b=a; print b ~ /^A$/, b !~ "B"}'
awk 'BEGIN{CONVFMT="%.2g"; a=3.14159; b=a ""; print b}'
awk 'BEGIN { if (!("x" in a)) print "no"; else print "yes" }'
awk 'BEGIN{for(;;){if(++n>3)break}; print n}'
awk '{next; print "never"} END{print "done"}' a
awk 'BEGIN{print toupper(substr("abc",2))}' 
awk 'BEGIN{print -3%2, int(-3.7), int("3abc")}'
awk 'BEGIN{a["x",1]=5; for(k in a){split(k,p,SUBSEP); print p[1], p[2]}}'
awk 'BEGIN{print (1,2) in a}'
awk 'BEGIN{printf "%s %s %s\n", "a", "b", "c"; printf("%d%%\n", 50)}'
awk 'BEGIN { print 1; print 2 > "/dev/stderr" }'
awk '{ print $1, $2 > "/dev/stdout" }' a
awk 'BEGIN{'
awk '{print' a
awk 1 nofile
awk 'BEGIN{getline; print "first " $0} {print "rest " $0}' a
awk '{getline x; print x "<" $0}' a
awk 'length > 4' a
awk -F'[:,]' '{print $2}' csv
awk -F '\t' '{print $2}' tabs
awk 'BEGIN{s="aaa"; print gsub(/a/,"b",s), s; t="abc"; gsub(//,"-",t); print t}'
awk 'BEGIN{gsub(/x*/,"-",s); print s; u="abc"; gsub(/x*/,"-",u); print u}'
awk 'BEGIN{x = "A"; y = x == "A" ? "yes" : "no"; print y}'
awk '/one/ || /two/ && !/x/ {print NR}' a
awk 'BEGIN { printf "%i %5s|%-5s|%.3s\n", 3.9, "x", "y", "abcdef" }'
awk 'BEGIN{print 2^3^2}'
awk 'BEGIN{print !0, !1, !"", !"a", - -3}'
awk 'BEGIN{print (1>2) ? "a" : "b"}'
awk '{ sum[NR%2] += length($0) } END { print sum[0], sum[1] }' a
gzip -d -c <<< x
gunzip nofile.gz
tar tf nonl
tar c
tar
`
