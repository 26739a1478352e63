package commands

// table lists the commands. Those that read it (help, man) do so by their run's
// own field, so that it does not depend on itself.
var table = []spec{
	aboutSpec, awkSpec, basenameSpec, base64Spec, bracketSpec, busSpec, catSpec, chmodSpec, cksumSpec, clearSpec, cmpSpec,
	commSpec, cpSpec, cutSpec, dateSpec, dfSpec, diffSpec, dirnameSpec, dmesgSpec, downloadSpec, duSpec, echoSpec, egrepSpec, envSpec,
	expandSpec, falseSpec, fgrepSpec, fileSpec, findSpec, foldSpec, grepSpec, gunzipSpec, gzipSpec, hdSpec, headSpec, helpSpec, hexdumpSpec,
	hostnameSpec, idSpec, imgcatSpec, installSpec, killSpec, lnSpec, logSpec, lsSpec, manSpec, md5Spec, mkdirSpec, mktempSpec, mountSpec, mvSpec, ncSpec, niceSpec, nlSpec, nohupSpec,
	odSpec, packagesSpec, pasteSpec, playSpec, printenvSpec, printfSpec, psSpec, pwdSpec, readlinkSpec, realpathSpec, resetSpec, revSpec,
	rmSpec, rmdirSpec, sedSpec, seqSpec, sha1Spec, sha256Spec, sleepSpec, sortSpec, splitSpec, statSpec, sttySpec,
	syncSpec, tacSpec, tailSpec, tarSpec, teeSpec, testSpec, timeoutSpec, topSpec, touchSpec, trSpec, traceSpec, trueSpec, truncateSpec, ttySpec, umountSpec, unameSpec,
	uninstallSpec, uniqSpec, unzipSpec, uploadSpec, wcSpec, whichSpec, whoamiSpec, xargsSpec, xxdSpec, yesSpec, zcatSpec, zipSpec,
}
