/// The passwords that are tried first, offline: words of our own compilation, and what people hang on to them.
///
/// A list of some hundred thousand entries that is kept as the rules which make it: a word alone, twice, backwards, or
/// with one of the usual tails behind it or before it; a row of the usual numbers alone, in pairs or beside a few
/// letters. Words are in English, in pinyin and in the digits that are read like words.
enum WeakPasswords {
    static func contain(_ password: FoldedPassword) -> Bool {
        [password.plain, password.spelled].contains { isWord($0) || isNumber($0) }
    }

    private static func isWord(_ text: String) -> Bool {
        if words.contains(text) || words.contains(String(text.reversed())) { return true }
        if text.count.isMultiple(of: 2) {
            let half = text.prefix(text.count / 2)
            if text.hasSuffix(half), words.contains(String(half)) { return true }
        }
        return tails.contains { tail in
            (text.hasSuffix(tail) && words.contains(String(text.dropLast(tail.count))))
                || (text.hasPrefix(tail) && words.contains(String(text.dropFirst(tail.count))))
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        if numbers.contains(text) { return true }
        return (numbers.union(letters)).contains { first in
            guard text.hasPrefix(first) else { return false }
            let rest = String(text.dropFirst(first.count))
            return numbers.contains(rest) || (numbers.contains(first) && letters.contains(rest))
        }
    }

    private static func split(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    static let tails =
        split(
            """
            1 12 123 1234 12345 123456 1234567 12345678 123456789 0 00 000 01 007 11 111 1111 22 222 321 4321 520 521
            5201314 1314 1314520 66 666 6666 88 888 8888 99 999 9999 168 518 886 110 119 ! !! !@# @ @123 @1234 @123456
            #123 #1 123! 1! ! a abc qwe qaz ~ *
            """
        ).union((1949...2035).flatMap { ["\($0)", "@\($0)", "\($0)!"] })

    private static let letters = split("a aa abc qq qwe zxc asd wang li zhang liu chen yang zhao huang zhou wu xu sun")

    private static let numbers = split(
        """
        123 520 521 1234 12345 123456 1234567 12345678 123456789 1234567890 0123456789 112233 11223344 1122334455 123123
        123321
        111 111111 11111111 000 000000 00000000 222222 333333 444444 555555 666 666666 66666666 777777 888 888888
        88888888 999 999999 520 520520 5201314 1314 1314520 5211314 521521 7758521 7758258 584520 584521 147258
        147258369 1472583690 159357 159753 741852 741852963 789456 789456123 963852741 987654 987654321 9876543210 654321
        87654321 100200 101010 102030 10203040 112112 121212 131313 131421 143143 31415926 314159 168168 198888 518518
        110110 110119 120120 123654 123789 456789 456123 159159 258258 369369 789789 321321 123454321 135790 13579 24680
        246810 1357924680 147852 147896325 555888 666888 888666 888999 998877 99887766 5203344 3344520 201314 20131420
        """)

    static let words = split(
        """
        password passwd passcode admin administrator root toor superuser manager master guest user test testing demo
        login logon welcome letmein secret private changeme default system server database oracle mysql cisco public
        access internet computer laptop network windows linux android iphone huawei xiaomi honor oppo vivo samsung apple
        google baidu tencent wechat weixin alipay taobao qqqq qwerty qwertyui qwertyuiop asdf asdfgh asdfghjkl zxcv
        zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc qweasd qweasdzxc qwe asd zxc qaz abc abcd abcde abcdef abcdefg aaa aaaa
        aaaaaa abcabc aabbcc iloveyou ilovechina loveyou lovely lover love baby babygirl princess angel sweet honey
        sunshine summer winter spring autumn monday friday football baseball basketball soccer hockey tennis michael
        jordan daniel jessica jennifer ashley charlie thomas robert andrew george superman batman spiderman pokemon
        naruto starwars dragon monkey tiger panther eagle falcon dolphin panda kitty hello hellokitty helloworld
        freedom forever whatever nothing trustno1 blink shadow killer hunter ranger matrix phoenix diamond golden silver
        purple orange banana cookie cheese chocolate pepper flower butterfly rainbow ocean beach mountain music guitar
        family friend friends mother father daddy mommy sister brother school student teacher doctor police money bank
        lucky happy smile peace heaven jesus christ china chinese beijing shanghai guangzhou shenzhen tianjin chongqing
        chengdu wuhan nanjing hangzhou xian shandong jinan qingdao yantai weifang zibo linyi taian taishan heze dezhou
        liaocheng binzhou dongying rizhao zaozhuang jining weihai henan hebei shanxi zhejiang jiangsu fujian sichuan
        woaini woainima woaiwojia wodemima wodeai woshishui woshini woaizhongguo mima mimashi mimamima nihao nihaoma
        zhongguo zhonghua zuguo aiqing aini ainiyiwannian qinai qinaide baobao baobei baobeier laopo laogong laoba lama
        mama baba yeye nainai jiejie meimei gege didi erzi nver xiaobao xiaoming xiaohong xiaohua xiaolong xiaoqiang
        haha hehe hahaha heihei xixi wuwu buzhidao meiyou suibian tianshi tiantian jiayou kaixin xingfu kuaile pingan
        jixiang ruyi facai gongxi fugui dashen dage laoda shuaige meinv tudou xigua pingguo xingxing yueliang taiyang
        zhangsan lisi wangwu zhaoliu zhangwei wangwei wangfang liwei liuwei lina wangxiuying liyang wangyan zhangmin
        zhangli wanglei liqiang zhangjie wangqiang liujie wangtao zhangyong liuyang lijun zhangtao wangming gaowei
        yimen yimenyimen zhengwu zhengfu shebao gongan minzheng dating banshi shimin renmin yiwangtongban
        """)
}
