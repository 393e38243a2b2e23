/// The words that every sample site uses.
enum Words {
    static let signIn = Bilingual(zh: "用一门账号登录", en: "Sign in with Yimen")
    static let signInWhy = Bilingual(
        zh: "本站没有自己的密码。登录由一门统一身份认证完成，已经登录过的，不用再输一次。",
        en:
            "This site has no passwords of its own. Yimen signs you in; if you are signed in there already, it asks nothing."
    )
    static let signOut = Bilingual(zh: "退出登录", en: "Sign out")
    static let signedInByYimen = Bilingual(zh: "已由一门统一身份认证登录", en: "Signed in by Yimen")
    static let welcome = Bilingual(zh: "您好，", en: "Hello, ")
    static let services = Bilingual(zh: "我的服务", en: "My services")
    static let sampleNote = Bilingual(zh: "示例网站，服务内容只作演示。", en: "A sample site; its services are for show.")
    static let bookVisit = Bilingual(zh: "需要到大厅？到一门预约", en: "Need to come in person? Book at Yimen")
    static let otherSites = Bilingual(zh: "同一个账号还能进入", en: "The same account also opens")
    static let technical = Bilingual(zh: "技术细节：本次登录的 ID Token", en: "For developers: the ID token of this sign-in")
    static let claim = Bilingual(zh: "声明", en: "Claim")
    static let value = Bilingual(zh: "值", en: "Value")
    static let userInfo = Bilingual(zh: "用户信息接口的回答", en: "Answer of the userinfo endpoint")
    static let signedOutTitle = Bilingual(zh: "您已退出登录", en: "You are signed out")
    static let signedOutText = Bilingual(
        zh: "本站和一门的登录都已结束。", en: "Your session here and at Yimen has ended.")
    static let home = Bilingual(zh: "返回首页", en: "Back to the start page")
    static let tryAgain = Bilingual(zh: "重新登录", en: "Try again")
    static let indexTitle = Bilingual(zh: "部门网站示例", en: "Sample department sites")
    static let indexText = Bilingual(
        zh: "这些网站属于别的部门，各有各的系统；登录都交给一门。",
        en: "Sites of other departments, each with its own system; all hand their sign-in to Yimen.")
    static let notFoundTitle = Bilingual(zh: "没有这个页面", en: "There is no such page")
    static let wrongMethodTitle = Bilingual(
        zh: "这个页面不能这样打开", en: "This page cannot be opened in this way")
    static let languageName = Bilingual(zh: "English", en: "中文")
}
