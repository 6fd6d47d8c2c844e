#!/bin/sh
# Makes the sample files of this folder anew, by LibreOffice and by SheetJS; see README.md for versions.
# Needs: python3, soffice (Debian: libreoffice-calc, libreoffice-writer), node and npm, iconv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$here/../../.." && PYTHONDONTWRITEBYTECODE=1 python3 -m tests.transforms.samples.make_samples "$work")

convert() { # source, filter, result
    HOME="$work" soffice --headless "-env:UserInstallation=file://$work/profile" \
        --convert-to "$2" --outdir "$work/out" "$work/$1" >/dev/null
    mv "$work/out/${1%.*}.${2%%:*}" "$here/$3"
}
for source in table dates1904; do
    convert $source.fods "xls:MS Excel 97" $source.libreoffice.xls
    convert $source.fods "xlsx:Calc MS Excel 2007 XML" $source.libreoffice.xlsx
    convert $source.fods "ods:calc8" $source.libreoffice.ods
done
convert table.fods "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true" table.libreoffice.utf8.csv
iconv -f UTF-8 -t GB18030 "$here/table.libreoffice.utf8.csv" >"$here/table.iconv.gb18030.csv"
convert table.fodt "docx:MS Word 2007 XML" table.libreoffice.docx

cd "$work"
npm install --silent --no-save xlsx@0.18.5 >/dev/null
node "$here/make_samples.mjs" "$work/table.json" "$here"
