"""What the invented mechanisms wrote. Each input speaks of a mechanism that does not exist, and says so in its name."""

NORTHERN = {
    "language": "en",
    "agreed_how": "Circulated to the members on 3 March; adopted by silence procedure on 17 March; signed by the Chair.",
    "statement": """
        <p>Chair, distinguished delegates, the Demonstration Dialogue of the Northern Rivers is pleased to report on its
        own work as a mechanism. Since the last Forum it has convened <strong>eleven technical meetings</strong>, two
        ministerial conferences and a standing working group on the Global Compact.</p>
        <p>Three lessons stand out:</p>
        <ul><li>a small secretariat can keep a large network alive if its tools are simple;</li>
        <li>border communities speak first about <em>information</em> and only then about control;</li>
        <li>joint work with neighbouring mechanisms costs little and is remembered long.</li></ul>
        <p>The Dialogue stands ready to share its training modules with every mechanism that asks.</p>""",
    "prepared": """
        <p>The secretariat drafted this input from the minutes of the Dialogue's meetings and from a short survey of its
        focal points. Two consultations were held online, one of them with the permanent observers.</p>""",
    "contribution": """
        <p>The Dialogue contributes by keeping the same experts in one room year after year. It prioritizes objectives 3,
        5, 7, 8 and 23, because its member administrations asked for a common vocabulary there first.</p>""",
    "agenda-2030": """
        <p>The work programme refers to Sustainable Development Goals 8, 10 and 17, and to the regional strategy on
        mobility that the Dialogue's ministerial conference endorsed.</p>""",
    "partnerships": """
        <p>Two exchanges were held with other mechanisms of the region. An intergovernmental organization with which the
        Dialogue is formally associated hosts its document library.</p>""",
    "challenges": """
        <p>The secretariat has two people. Interpretation takes a third of the budget, and experts change post every two
        years. Displacement linked to floods has entered every agenda since the last Forum.</p>""",
    "lessons": """
        <p>Short meetings with a written conclusion travel further than long ones without. A glossary in three languages
        was the most downloaded document of the Dialogue.</p>""",
    "outcome": """
        <p>The members adopted the <em>River Towns Declaration</em>, which asks the secretariat to keep a calendar of
        consular visits, to publish the glossary and to prepare a joint event with neighbouring mechanisms.</p>""",
    "objectives": {
        3: {
            "progress": """
                <p>The Dialogue opened an information desk for migrants' associations and answered 640 questions in its
                first year. Answers are published in three languages.</p>""",
            "practice": """
                <p>The <strong>travelling desk</strong>: two officers visit a border town each month, together with the
                consular service whose turn it is.</p>
                <table><thead><tr><th>Year</th><th>Towns visited</th><th>Questions answered</th></tr></thead>
                <tbody><tr><td>First</td><td>9</td><td>640</td></tr><tr><td>Second</td><td>14</td><td>1,120</td></tr>
                <tr><td>Third</td><td>17</td><td>1,385</td></tr></tbody></table>""",
            "challenges": "<p>Information ages quickly; a page that is wrong does more harm than none.</p>",
            "more": "<p>Share one calendar of visits among all mechanisms of the region.</p>",
        },
        5: {
            "progress": """
                <p>A working group compared seasonal schemes and agreed on a common description of eleven of them, so
                that they can be read side by side.</p>""",
            "practice": """
                <p>The <em>comparison sheet</em>: one page for each scheme, the same nine questions on each, reviewed by
                the focal points every spring.</p>
                <ol><li>Who may apply?</li><li>For how long?</li><li>Which rights come with the permit?</li></ol>""",
            "more": "<p>Extend the sheet to family reunification and study.</p>",
        },
        7: {
            "progress": """
                <p>Indicators of vulnerability were agreed by the technical meeting and are used in the Dialogue's own
                training. Three hundred and twelve trainees have passed through it.</p>""",
            "challenges": "<p>Trainees change post; a third of the places go to repeating what was known.</p>",
            "more": "<p>A short refresher online, in the languages of the field offices.</p>",
        },
        8: {
            "progress": """
                <p>The Dialogue's protocol for search and identification was tested in a table-top exercise with five
                administrations and the forensic network of the region.</p>""",
            "practice": "<p>One contact point for families, staffed in turn, with a single form.</p>",
        },
        23: {
            "progress": """
                <p>The secretariat prepared two briefs for the Forum with neighbouring mechanisms, and exchanges its
                calendar of meetings with four of them.</p>""",
            "more": "<p>A common library of training modules, open to every mechanism.</p>",
        },
    },
    "principles": {
        1: "Every training module begins with the testimony of a person who has migrated.",
        10: "Associations of migrants sit on the working group as permanent observers.",
    },
    "recommendations": [
        (
            "Keep one shared calendar of meetings of all mechanisms, so that joint work can be planned a year ahead.",
            [23],
        ),
        ("Agree on one form for families who look for a missing relative.", [8]),
        ("Describe regular pathways with the same nine questions in every region.", [5]),
    ],
}

WESTERN = {
    "language": "fr",
    "agreed_how": "Texte approuvé par la présidence après consultation écrite des membres.",
    "statement": """
        <p>Le Dialogue de démonstration de la côte occidentale rend compte de ses propres travaux. Depuis le dernier
        Forum, son secrétariat a organisé six ateliers et publié un guide commun.</p>
        <p>Il invite les autres mécanismes à partager leurs outils&nbsp;: « ce qui est simple se transmet ».</p>""",
    "prepared": "<p>Le secrétariat a réuni les comptes rendus des ateliers et consulté les points focaux par écrit.</p>",
    "contribution": """
        <p>Le Dialogue contribue au Pacte en offrant un cadre d'échange régulier entre administrations chargées de la
        migration et des affaires consulaires.</p>""",
    "partnerships": "<p>Un atelier a été tenu avec un autre mécanisme de la région.</p>",
    "challenges": "<p>Les ressources du secrétariat sont limitées et la connexion est lente dans deux bureaux sur cinq.</p>",
    "objectives": {
        14: {
            "progress": """
                <p>Le Dialogue a élaboré un guide de coopération consulaire et formé quatre-vingt-dix agents à son
                utilisation.</p>""",
            "practice": "<p>Des permanences consulaires partagées, tenues à tour de rôle dans les villes portuaires.</p>",
            "challenges": "<p>Le guide doit être mis à jour chaque année, sans budget propre.</p>",
            "more": "<p>Une version audio du guide, destinée aux personnes qui ne lisent pas.</p>",
        },
        20: {
            "progress": "<p>Une comparaison des coûts des transferts de fonds est publiée chaque trimestre.</p>",
            "practice": """
                <ul><li>une méthode commune&nbsp;;</li><li>douze corridors suivis&nbsp;;</li>
                <li>une page par corridor.</li></ul>""",
        },
        21: {
            "progress": "<p>Un réseau de conseillers en réintégration échange chaque mois sur ses pratiques.</p>",
            "more": "<p>Suivre les personnes accompagnées pendant deux ans.</p>",
        },
    },
    "principles": {
        9: "Chaque atelier réunit les ministères chargés du travail, de l'intérieur et des affaires sociales."
    },
    "recommendations": [("Publier chaque année le coût des transferts de fonds selon une méthode commune.", [20])],
}

SOUTHERN = {
    "language": "es",
    "agreed_how": "Aprobado por la Presidencia pro tempore, previa consulta con los miembros.",
    "statement": """
        <p>El Diálogo de demostración de las tierras altas del Sur informa sobre su propia labor como mecanismo. Desde
        el último Foro ha celebrado cuatro reuniones técnicas y una conferencia.</p>
        <p>La Secretaría propone continuar el intercambio de datos y experiencias entre mecanismos.</p>""",
    "outcome": "<p>Los miembros acordaron una hoja de ruta sobre intercambio de datos y una lista de buenas prácticas.</p>",
    "objectives": {
        1: {
            "progress": "<p>El Diálogo acordó un conjunto mínimo de doce variables para comparar los registros.</p>",
            "practice": "<p>Un cuaderno común de definiciones, revisado cada año por las oficinas de estadística.</p>",
            "challenges": "<p>La periodicidad de las fuentes es desigual.</p>",
        },
        18: {
            "progress": "<p>Se elaboró un catálogo de perfiles profesionales para el reconocimiento de competencias.</p>",
            "more": "<p>Ampliar el catálogo a los oficios de la construcción.</p>",
        },
    },
    "principles": {7: "Todos los datos que publica el Diálogo están desglosados por sexo."},
    "recommendations": [("Adoptar un conjunto mínimo común de variables.", [1])],
}

STEPPE = {
    "language": "ru",
    "agreed_how": "Текст согласован с участниками в письменном виде и утверждён Председателем.",
    "statement": """
        <p>Демонстрационный диалог Восточной степи сообщает о собственной работе механизма. За отчётный период
        секретариат провёл пять экспертных встреч и подготовил учебный курс.</p>""",
    "contribution": "<p>Диалог даёт экспертам постоянную площадку для обмена опытом по задачам Глобального договора.</p>",
    "challenges": "<p>Ресурсы секретариата ограничены; рабочих языков четыре.</p>",
    "objectives": {
        1: {
            "progress": "<p>Экспертная группа согласовала перечень показателей и порядок ежегодного обмена данными.</p>",
            "practice": "<p>Единая таблица показателей, которую участники заполняют раз в год.</p>",
        },
        6: {
            "progress": "<p>Разработан учебный курс о добросовестном найме; его прошли сто сорок специалистов.</p>",
            "more": "<p>Перевести курс на языки всех участников.</p>",
        },
        11: {
            "progress": "<p>Проведены две штабные тренировки по согласованному управлению границами.</p>",
        },
    },
    "principles": {2: "Ни одна из встреч Диалога не проводилась без участия соседних механизмов."},
    "recommendations": [("Проводить ежегодный обмен показателями между механизмами.", [1, 23])],
}

ISLANDS = {
    "language": "ar",
    "agreed_how": "أُقرّ النص في اجتماع نقاط الاتصال واعتمدته الرئاسة.",
    "statement": """
        <p>يعرض حوار الجزر التجريبي في هذا البيان عمله بوصفه آلية تشاورية. وقد عقد منذ المنتدى الأخير ثلاثة اجتماعات
        فنية وورشة عمل مشتركة، ونشر دليلاً عملياً بلغتين.</p>
        <p>ويؤكد الحوار استعداده لتبادل أدواته مع سائر الآليات.</p>""",
    "contribution": "<p>يوفر الحوار إطاراً منتظماً لتبادل الخبرات بين الإدارات المعنية بالهجرة.</p>",
    "objectives": {
        6: {
            "progress": "<p>اتفق الخبراء على قائمة مرجعية للتوظيف العادل، واستخدمها الحوار في ثلاث دورات تدريبية.</p>",
            "practice": "<p>قائمة مرجعية من عشرة أسئلة تُراجع كل سنة.</p>",
        },
        22: {
            "progress": "<p>أعدّت الأمانة مقارنة لأحكام نقل مستحقات الضمان الاجتماعي.</p>",
            "more": "<p>توسيع المقارنة لتشمل العمل الموسمي.</p>",
        },
    },
    "principles": {6: "تبدأ كل دورة تدريبية بوحدة عن حقوق الإنسان."},
    "recommendations": [("اعتماد قائمة مرجعية مشتركة للتوظيف العادل.", [6])],
}
